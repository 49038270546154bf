#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "async/worker_pool.hpp"
#include "base/clock.hpp"
#include "config/settings.hpp"
#include "crypto/totp.hpp"
#include "inbound/totp_memory.hpp"
#include "inbound/used_codes.hpp"

namespace sallyport::server {

// Where the used codes are: [totp] used-codes-file.
std::string used_codes_path(const config::Settings& settings);

// The codes that were used of late, in a file, so that a restart makes none of them good again (RFC 6238 section 5.2):
// a line for each, "step user", with the step of the code and not the code. Thread-safe.
class UsedCodesFile final : public inbound::UsedCodes {
 public:
  // `offload` must outlive it. After `max_lines` of its own it leaves out of the file what is too old to matter.
  UsedCodesFile(std::string path, async::WorkerPool& offload, std::size_t max_lines = 10000)
      : path_(std::move(path)), offload_(offload), max_lines_(max_lines) {}

  // Uses in `memory` what was used before and could still be given. Lines that cannot be read are passed over: the last
  // one may be cut. Blocks. Errors: as of read_file(); a file that is not there is none.
  Result<> load(inbound::TotpMemory& memory, WallTime now, const crypto::TotpRules& rules) const;

  // Blocks, until the line is on the disk. Errors: as of write_file().
  Result<> write(std::string_view folded_user, std::uint64_t step);
  async::Task<Result<>> add(std::string folded_user, std::uint64_t step, async::Deadline deadline) override;

 private:
  Result<> shorten(std::uint64_t step);

  const std::string path_;
  async::WorkerPool& offload_;
  const std::size_t max_lines_;
  std::mutex mutex_;
  std::size_t lines_ = 0;  // written since the file was shortened
};

}  // namespace sallyport::server
