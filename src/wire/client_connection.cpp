#include "wire/client_connection.hpp"

#include "http/h1_renderer.hpp"

namespace sallyport::wire {

ClientConnection::ClientConnection(std::unique_ptr<net::Stream> stream, const http::HeadLimits& limits)
    : stream_(std::move(stream)), input_(*stream_), writer_(*stream_), parser_(limits) {}

Result<> ClientConnection::begin_request(std::string_view method, std::string_view target,
                                         const http::Headers& headers, const http::Framing& framing) {
  response_begun_ = false;
  stays_ = false;
  const Result<> rendered = http::render_request_head(method, target, headers, writer_.head_buffer(framing));
  if (rendered) writer_.begin_body(framing);
  return rendered;
}

Result<> ClientConnection::begin_upgrade(std::string_view protocol, std::string_view method,
                                         std::string_view target, const http::Headers& headers) {
  http::Headers fields = headers;
  fields.add("Connection", "Upgrade");
  fields.add("Upgrade", protocol);
  return begin_request(method, target, fields, http::Framing());
}

Result<BodySource*> ClientConnection::begin_body(const http::ResponseHead& head, std::string_view method) {
  const auto framing = http::decide_framing(head, method);
  if (!framing) return fail(Errc::malformed, framing.error().detail, Side::upstream);
  stays_ = http::keeps_alive(head) && framing->kind != http::Framing::Kind::until_close;
  return &body_.emplace(input_, *framing, Side::upstream);
}

async::Task<Result<http::ResponseHead>> ClientConnection::read_head(async::Deadline deadline) {
  for (;;) {
    if (!input_.empty()) {
      response_begun_ = true;
      const auto consumed = parser_.feed(input_.bytes());
      if (!consumed) co_return fail(Errc::malformed, consumed.error().detail, Side::upstream);
      input_.consume(*consumed);
      if (parser_.complete()) co_return parser_.take();
    }
    const Result<std::size_t> filled = co_await input_.fill(deadline);
    if (!filled) co_return fail(filled.error().code, "waiting for a response", Side::upstream);
    if (*filled == 0) co_return fail(Errc::closed, "the server hung up before its response", Side::upstream);
  }
}

bool ClientConnection::is_quiet() {
  if (!has_nothing_left()) return false;
  // What came since the last poll would be taken for the answer to the next request (attack C9).
  stream_->look_again();
  const Result<bool> filled = input_.try_fill();
  return filled && !*filled;
}

}  // namespace sallyport::wire
