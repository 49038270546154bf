#include "pki/crl_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sallyport::pki {
namespace {

constexpr auto kLookInterval = std::chrono::seconds(1);

Result<std::string> read_whole(const std::string& path, std::size_t max_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const Errc code = errno == ENOENT ? Errc::not_found : errno == EACCES ? Errc::denied : Errc::internal;
    return fail(code, path + ": " + std::generic_category().message(errno));
  }
  std::string bytes;
  char buffer[65536];
  ssize_t n = 0;
  while ((n = read(fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR)) {
    if (n > 0) bytes.append(buffer, static_cast<std::size_t>(n));
    if (bytes.size() > max_bytes) break;
  }
  close(fd);
  if (n < 0) return fail(Errc::internal, path + ": cannot be read");
  if (bytes.size() > max_bytes) return fail(Errc::too_large, path + ": larger than " + std::to_string(max_bytes) + " bytes");
  return bytes;
}

}  // namespace

CrlFiles::Stamp CrlFiles::stamp_of(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return Stamp();
  Stamp stamp;
  stamp.modified_ns = facts.st_mtim.tv_sec * 1'000'000'000LL + facts.st_mtim.tv_nsec;
  stamp.inode = facts.st_ino;
  stamp.size = static_cast<std::uint64_t>(facts.st_size);
  return stamp;
}

Result<> CrlFiles::read(File& file) const {
  // Before the reading: a change meanwhile is seen the next time.
  file.stamp = stamp_of(file.path);
  auto bytes = read_whole(file.path, max_bytes_);
  if (!bytes) return fail(bytes.error());
  auto crls = read_crls(std::move(*bytes));
  if (!crls) return fail(Errc::bad_config, file.path + ": " + crls.error().detail);
  file.crls = std::move(*crls);
  return Result<>();
}

Result<std::shared_ptr<CrlFiles>> CrlFiles::open(const std::vector<std::string>& paths, std::size_t max_bytes) {
  std::shared_ptr<CrlFiles> files(new CrlFiles(max_bytes));
  for (const std::string& path : paths) {
    File file;
    file.path = path;
    if (const Result<> done = files->read(file); !done) return fail(done.error());
    files->files_.push_back(std::move(file));
  }
  return files;
}

std::vector<std::string> CrlFiles::look_again(TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> changes;
  if (now - looked_ < kLookInterval) return changes;
  looked_ = now;
  for (File& file : files_) {
    if (stamp_of(file.path) == file.stamp) continue;
    const Result<> done = read(file);
    changes.push_back(done ? file.path + ": read again" : done.error().detail + "; what it said before stays");
  }
  return changes;
}

std::vector<CrlFiles::List> CrlFiles::lists() {
  const std::lock_guard lock(mutex_);
  std::vector<List> out;
  for (const File& file : files_) {
    for (const CrlPtr& crl : file.crls) out.push_back(List{file.path, crl});
  }
  return out;
}

}  // namespace sallyport::pki
