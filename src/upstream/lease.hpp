#pragma once

#include <memory>

#include "upstream/candidate.hpp"
#include "wire/client_connection.hpp"
#include "wire/h2_client_stream.hpp"

namespace sallyport::upstream {

class Pool;

// What one pool knows of one server.
struct ServerHealth {
  std::uint32_t in_progress = 0;
  TimePoint failed_until{};
};

// A stream for one exchange: a connection of HTTP/1, or a part of one of HTTP/2. A connection goes back to the pool
// only by give_back(), and is dropped otherwise; a part is given back by its end. Must not outlive its pool or its
// candidate.
class Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  wire::ClientStream& stream() {
    if (connection_) return *connection_;
    return *part_;
  }
  // It has carried a request before: the server may have closed it meanwhile.
  bool reused() const { return reused_; }
  const Candidate& candidate() const { return *candidate_; }
  // The request will be sent again, for the server cannot have heard of it: it does not count.
  void was_in_vain();
  // The exchange is over and the connection can carry another.
  void give_back();

 private:
  friend class Pool;
  Lease(Pool& pool, const Candidate& candidate, ServerHealth& health,
        std::unique_ptr<wire::ClientConnection> connection, bool reused);
  Lease(Pool& pool, const Candidate& candidate, ServerHealth& health, std::unique_ptr<wire::H2ClientStream> part,
        bool reused);
  void begin();

  Pool* pool_;
  const Candidate* candidate_;
  ServerHealth* health_;
  std::unique_ptr<wire::ClientConnection> connection_;  // either this one
  std::unique_ptr<wire::H2ClientStream> part_;          // or this one
  bool reused_;
};

}  // namespace sallyport::upstream
