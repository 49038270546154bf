#pragma once

#include <memory>
#include <vector>

#include "async/wait.hpp"
#include "wire/h2_client_connection.hpp"

namespace sallyport::upstream {

// The connections of HTTP/2 under one key, each of which carries many requests. Those that come while one is being made
// wait for it, as many as it will probably take. Loop-local.
class SharedConnections {
 public:
  // One is being made; told how that ended by its destruction, which those who wait are woken by.
  class Attempt {
   public:
    explicit Attempt(SharedConnections& all) : all_(all) { ++all_.attempts_; }
    ~Attempt() {
      --all_.attempts_;
      all_.changed_.wake_all();
    }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

   private:
    SharedConnections& all_;
  };

  void add(std::shared_ptr<wire::H2ClientConnection> connection);
  // The attempt under way has failed, with this error.
  void failed(Error why);
  // The server took HTTP/1.1 (ALPN): nobody waits for connections that cannot be shared. Until it takes HTTP/2 again.
  void found_http_1() { speaks_http_1_ = true; }
  bool speaks_http_1() const { return speaks_http_1_; }

  // One that another request can go on; null if there is none. Idle ones only within their time.
  std::shared_ptr<wire::H2ClientConnection> with_room(Duration idle_timeout, TimePoint now);
  // Will an attempt under way serve one more request?
  bool is_worth_waiting() const { return !speaks_http_1_ && waiting_ < attempts_ * usual_room_; }
  // Until something has changed. Errors: timeout, canceled, and that of an attempt that failed meanwhile.
  async::Task<Result<>> wait(async::Deadline deadline);

  // Ends those that have been idle for that long, forgets those that have ended.
  void sweep(Duration idle_timeout, TimePoint now);
  // Open ones, and those being made.
  std::size_t count() const { return connections_.size() + attempts_; }
  bool is_unused() const { return count() == 0 && waiting_ == 0; }

 private:
  std::vector<std::shared_ptr<wire::H2ClientConnection>> connections_;
  std::size_t attempts_ = 0;
  std::size_t waiting_ = 0;
  std::size_t usual_room_ = 100;  // RFC 9113 section 6.5.2; what the last connection said, once there was one
  bool speaks_http_1_ = false;
  std::uint64_t failures_ = 0;
  Error failure_;
  async::Signal changed_;
};

}  // namespace sallyport::upstream
