#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pki/crl.hpp"

namespace sallyport::pki {

// The CRLs that the administrator keeps in files. A file that has changed is read again when somebody asks, without a
// reload; if it cannot be read any more, what was in it before stays, until it ends. Thread-safe; blocks.
class CrlFiles {
 public:
  // Errors: bad_config, not_found, denied, too_large, each with the file and the reason.
  static Result<std::shared_ptr<CrlFiles>> open(const std::vector<std::string>& paths, std::size_t max_bytes);

  struct List {
    std::string path;
    CrlPtr crl;
  };
  std::vector<List> lists();
  // Reads what has changed; what there is to say of that, one text for each file. Looks once a second at most.
  std::vector<std::string> look_again(TimePoint now);

 private:
  struct Stamp {
    std::int64_t modified_ns = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct File {
    std::string path;
    Stamp stamp;
    std::vector<CrlPtr> crls;
  };

  explicit CrlFiles(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  Result<> read(File& file) const;
  static Stamp stamp_of(const std::string& path);

  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::vector<File> files_;
  TimePoint looked_{};
};

}  // namespace sallyport::pki
