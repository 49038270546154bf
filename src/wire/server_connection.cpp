#include "wire/server_connection.hpp"

#include "http/h1_renderer.hpp"

namespace sallyport::wire {

ServerConnection::ServerConnection(std::unique_ptr<net::Stream> stream, const http::HeadLimits& limits)
    : stream_(std::move(stream)), input_(*stream_), writer_(*stream_), parser_(limits) {}

async::Task<tl::expected<http::RequestHead, NoRequest>> ServerConnection::read_request(async::Deadline idle,
                                                                                       Duration head_time) {
  const async::Context here = co_await async::CurrentContext();
  async::Deadline deadline = idle;
  for (;;) {
    if (!input_.empty()) {
      const bool had_begun = parser_.started();
      const auto consumed = parser_.feed(input_.bytes());
      if (!consumed) {
        NoRequest refusal{consumed.error().status, consumed.error().to_error(Side::client)};
        co_return tl::unexpected(std::move(refusal));
      }
      input_.consume(*consumed);
      if (parser_.complete()) co_return parser_.take();
      if (!had_begun) deadline = here.loop->in(head_time);
    }
    const Result<std::size_t> filled = co_await input_.fill(deadline);
    if (filled && *filled > 0) continue;
    NoRequest nothing;
    if (!filled) {
      nothing.error = filled.error();
      // A head that came too slowly deserves an answer (RFC 9110 section 15.5.9), an idle connection does not.
      if (parser_.started() && filled.error().code == Errc::timeout) nothing.status = 408;
    } else {
      nothing.error = Error(Errc::closed, "the client hung up", Side::client);
    }
    co_return tl::unexpected(std::move(nothing));
  }
}

Result<> ServerConnection::begin_response(const http::ResponseHead& head, const http::Framing& framing) {
  const Result<> rendered = http::render_response_head(head, writer_.head_buffer(framing));
  if (rendered) writer_.begin_body(framing);
  return rendered;
}

async::Task<Result<>> ServerConnection::send_interim(http::ResponseHead head, async::Deadline deadline) {
  const Result<> rendered = http::render_response_head(head, writer_.head_buffer(http::Framing()));
  if (!rendered) co_return rendered;
  co_return co_await writer_.flush(deadline);
}

}  // namespace sallyport::wire
