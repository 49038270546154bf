#include "log/line_sink.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sallyport::log {
namespace {

constexpr std::size_t kWriteAt = 32 * 1024;
constexpr std::size_t kMostPending = 16 * 1024 * 1024;

Result<int> open_for_append(const std::string& path, int standard) {
  if (path == "-") return standard;
  // Logs name users and what they did: not for everybody.
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd >= 0) return fd;
  const int error_number = errno;
  const Errc code = error_number == EACCES ? Errc::denied : error_number == ENOENT ? Errc::not_found : Errc::internal;
  return fail(code, path + ": " + std::generic_category().message(error_number));
}

void close_file(int fd) {
  if (fd != STDOUT_FILENO && fd != STDERR_FILENO) close(fd);
}

}  // namespace

Result<std::unique_ptr<LineSink>> LineSink::open(std::string path, WhenFull when_full, Duration flush_interval,
                                                 int standard) {
  const auto fd = open_for_append(path, standard);
  if (!fd) return fail(fd.error());
  return std::unique_ptr<LineSink>(new LineSink(std::move(path), *fd, standard, when_full, flush_interval));
}

LineSink::LineSink(std::string path, int fd, int standard, WhenFull when_full, Duration flush_interval)
    : path_(std::move(path)), standard_(standard), when_full_(when_full), flush_interval_(flush_interval), fd_(fd) {
  writer_ = std::thread([this] { serve(); });
}

LineSink::~LineSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  writer_.join();
  close_file(fd_);
}

void LineSink::write(std::string_view line) {
  bool wake = false;
  {
    std::unique_lock lock(mutex_);
    if (pending_.size() > kMostPending) {
      if (when_full_ == WhenFull::drop) {
        ++dropped_;
        return;
      }
      drained_.wait(lock, [this] { return pending_.size() <= kMostPending; });
    }
    const bool was_small = pending_.size() < kWriteAt;
    pending_ += line;
    pending_ += '\n';
    wake = flush_interval_ == Duration::zero() || (was_small && pending_.size() >= kWriteAt);
  }
  if (wake) wake_.notify_one();
}

Result<> LineSink::reopen() {
  const auto fresh = open_for_append(path_, standard_);
  if (!fresh) return fail(fresh.error());
  flush();
  std::unique_lock lock(mutex_);
  drained_.wait(lock, [this] { return !writing_; });
  const int old = fd_;
  fd_ = *fresh;
  lock.unlock();
  close_file(old);
  return Result<>();
}

void LineSink::set_flush_interval(Duration flush_interval) {
  {
    const std::lock_guard lock(mutex_);
    flush_interval_ = flush_interval;
    flush_asked_ = true;  // the writer has to leave the wait that it is in
  }
  wake_.notify_one();
}

void LineSink::flush() {
  std::unique_lock lock(mutex_);
  flush_asked_ = true;
  wake_.notify_one();
  drained_.wait(lock, [this] { return pending_.empty() && !writing_; });
}

std::uint64_t LineSink::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void LineSink::serve() {
  std::string batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto due = [this] {
      return stopping_ || flush_asked_ || pending_.size() >= kWriteAt ||
             (flush_interval_ == Duration::zero() && !pending_.empty());
    };
    if (flush_interval_ == Duration::zero()) {
      wake_.wait(lock, due);
    } else {
      wake_.wait_for(lock, flush_interval_, due);
    }
    flush_asked_ = false;
    if (!pending_.empty()) {
      batch.swap(pending_);
      writing_ = true;
      const int fd = fd_;
      lock.unlock();
      write_out(fd, batch);
      batch.clear();
      lock.lock();
      writing_ = false;
    }
    drained_.notify_all();
    if (stopping_ && pending_.empty()) return;
  }
}

void LineSink::write_out(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // a full disk: nobody left to tell
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace sallyport::log
