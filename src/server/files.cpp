#include "server/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "net/socket.hpp"

namespace sallyport::server {
namespace {

Error file_error(const std::string& path, int error_number) {
  const Errc code = error_number == ENOENT ? Errc::not_found : error_number == EACCES ? Errc::denied : Errc::internal;
  return Error(code, path + ": " + std::generic_category().message(error_number));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const net::Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(file_error(path, errno));
  std::string content;
  char buffer[16384];
  for (;;) {
    const ssize_t n = read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(file_error(path, errno));
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
    if (content.size() > max_bytes) {
      return fail(Errc::too_large, path + ": larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

Result<> write_file(const std::string& path, std::string_view content, unsigned mode) {
  struct stat before {};
  if (stat(path.c_str(), &before) == 0) mode = before.st_mode & 07777;
  std::string temporary = path + ".XXXXXX";
  net::Fd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail(file_error(temporary, errno));
  const bool written = fchmod(fd.get(), static_cast<mode_t>(mode)) == 0 && write_all(fd.get(), content) &&
                       fsync(fd.get()) == 0 && rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    const int error_number = errno;
    unlink(temporary.c_str());
    return fail(file_error(path, error_number));
  }
  // The new name must survive a crash as well.
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const net::Fd parent(open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent) fsync(parent.get());
  return Result<>();
}

Result<> append_to_file(const std::string& path, std::string_view content, unsigned mode) {
  const net::Fd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (!fd || !write_all(fd.get(), content) || fdatasync(fd.get()) != 0) return fail(file_error(path, errno));
  return Result<>();
}

Result<std::vector<std::string>> list_files(const std::string& directory, std::string_view suffix) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->is_regular_file() && name.ends_with(suffix)) names.push_back(name);
  }
  if (error) return fail(file_error(directory, error.value()));
  std::sort(names.begin(), names.end());
  return names;
}

Result<> remove_file(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return Result<>();
  return fail(file_error(path, errno));
}

bool is_open_to_others(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

}  // namespace sallyport::server
