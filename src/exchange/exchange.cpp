#include "exchange/exchange.hpp"

#include "base/text.hpp"
#include "http/dates.hpp"
#include "http/framing.hpp"
#include "log/redact.hpp"

namespace sallyport::exchange {
namespace {

// A page of ours is never a part of somebody else's page, and brings no script.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

std::string_view name_of(http::Version version) {
  switch (version) {
    case http::Version::http_1_0: return "HTTP/1.0";
    case http::Version::http_1_1: return "HTTP/1.1";
    case http::Version::http_2: return "HTTP/2.0";
  }
  return "";
}

}  // namespace

Exchange::Exchange(wire::ServerStream& stream, http::RequestHead head, const ClientFacts& client,
                   const ExchangeOptions& options, const ErrorPageSource& error_pages, std::string id,
                   const async::EventLoop& loop)
    : stream_(stream),
      head_(std::move(head)),
      client_(client),
      options_(options),
      error_pages_(error_pages),
      id_(std::move(id)),
      loop_(loop),
      started_(loop.now()),
      pace_(loop, options.body_stall, options.min_receive_rate, options.slow_peer_grace),
      send_pace_(loop, options.body_stall, options.min_send_rate, options.slow_peer_grace),
      keep_alive_(http::keeps_alive(head_)) {
  const auto expects = http::expects_continue(head_);
  expects_continue_ = expects && *expects;
  record_.time = wall_now();
  record_.client_address = client_.address_text;
}

wire::BodySource& Exchange::body() {
  if (replaced_) return *replaced_;
  return stream_.body();
}

async::Task<Result<>> Exchange::invite_body() {
  // A client that has begun to send waits for nothing.
  const bool waits = expects_continue_ && !replaced_ && !stream_.body().done() && !stream_.has_more_input();
  expects_continue_ = false;
  if (!waits || response_begun_) co_return Result<>();
  http::ResponseHead go_on;
  go_on.status = 100;
  const Result<> sent = co_await stream_.send_interim(std::move(go_on), loop_.in(options_.body_stall));
  if (!sent) co_return fail(sent.error().code, sent.error().detail, Side::client);
  co_return sent;
}

async::Task<Result<std::string_view>> Exchange::next_body_piece() {
  wire::BodySource& source = body();
  const async::Deadline deadline = pace_.begin(stream_.received());
  Result<std::string_view> piece = co_await source.next(deadline);
  pace_.end();
  co_return piece;
}

async::Task<Result<std::string>> Exchange::read_body(std::size_t max) {
  std::string whole;
  if (body().framing().length > max) co_return fail(Errc::too_large, "request body", Side::client);
  const Result<> invited = co_await invite_body();
  if (!invited) co_return fail(invited.error());
  for (;;) {
    const Result<std::string_view> piece = co_await next_body_piece();
    if (!piece) co_return fail(piece.error());
    if (piece->empty()) co_return whole;
    if (whole.size() + piece->size() > max) co_return fail(Errc::too_large, "request body", Side::client);
    whole += *piece;
  }
}

void Exchange::replace_request(http::RequestHead head, std::string body) {
  if (!stream_.body().done()) close_ = true;
  if (!replaced_) {
    logged_method_ = std::move(head_.method);
    logged_target_ = std::move(head_.target);
  }
  head_ = std::move(head);
  replaced_.emplace(std::move(body));
}

void Exchange::add_response_header(std::string name, std::string value) {
  extra_headers_.emplace_back(std::move(name), std::move(value));
}

bool Exchange::client_takes_html() const {
  const auto accept = head_.headers.find("Accept");
  return !accept || accept->find("text/html") != std::string_view::npos ||
         accept->find("*/*") != std::string_view::npos || accept->find("text/*") != std::string_view::npos;
}

bool Exchange::can_go_on() const {
  return response_done_ && keep_alive_ && !close_ && !stream_.is_last() && stream_.body().done();
}

void Exchange::add_own_headers(http::ResponseHead& head) {
  for (const auto& [name, value] : extra_headers_) head.headers.add(name, value);
  if (head_.version == http::Version::http_2) return;  // streams end one by one
  // A body that nobody has read stands between this answer and the next request. What is announced is done: after
  // "close" no other request is served, even if the rest of the body should come meanwhile.
  if (!stream_.has_all_arrived()) close_ = true;
  if (!keep_alive_ || close_ || stream_.is_last()) {
    head.headers.set("Connection", "close");
  } else if (head_.version == http::Version::http_1_0) {
    head.headers.set("Connection", "keep-alive");
  }
}

async::Task<> Exchange::respond(Page page) {
  if (response_begun_) {
    close_ = true;
    co_return;
  }
  http::ResponseHead head;
  head.status = page.status;
  head.headers.add("Date", http::render_http_date(wall_now()));
  if (options_.announce_server) head.headers.add("Server", "Sallyport");
  if (!page.body.empty()) head.headers.add("Content-Type", page.type);
  head.headers.add("Cache-Control", "no-store");
  head.headers.add("X-Content-Type-Options", "nosniff");
  head.headers.add("X-Frame-Options", "DENY");
  head.headers.add("Referrer-Policy", "same-origin");
  head.headers.add("Content-Security-Policy", kPagePolicy);
  head.headers.add("X-Request-ID", id_);
  for (const auto& [name, value] : page.headers) head.headers.add(name, value);
  head.headers.add("Content-Length", std::to_string(page.body.size()));
  add_own_headers(head);
  record_.status = page.status;
  response_begun_ = true;
  const bool has_body = head_.method != "HEAD" && !page.body.empty();
  http::Framing framing;
  if (has_body) framing = http::Framing{http::Framing::Kind::length, page.body.size()};
  const Result<> begun = stream_.begin_response(head, framing);
  if (!begun) {
    close_ = true;
    co_return;
  }
  const async::Deadline deadline = loop_.in(options_.body_stall);
  if (has_body) {
    const Result<> written = co_await stream_.write(page.body, deadline);
    if (!written) {
      close_ = true;
      co_return;
    }
  }
  record_.response_bytes = has_body ? page.body.size() : 0;
  const Result<> finished = co_await stream_.finish(deadline);
  response_done_ = finished.has_value();
}

async::Task<> Exchange::refuse(int status, std::string_view why) {
  Page page;
  page.status = status;
  const bool html = client_takes_html();
  page.body = error_pages_.render_error(status, id_, head_.headers, html);
  if (!html) page.type = "application/json";
  if (status == 408) close_ = true;
  note_failure(std::string(why), Side::self);
  co_await respond(std::move(page));
}

async::Task<> Exchange::redirect(std::string location, int status) {
  Page page;
  page.status = status;
  page.headers.emplace_back("Location", std::move(location));
  co_await respond(std::move(page));
}

Result<> Exchange::begin_relayed(http::ResponseHead& head, const http::Framing& framing) {
  if (framing.kind == http::Framing::Kind::until_close) close_ = true;
  add_own_headers(head);
  record_.status = head.status;
  response_begun_ = true;
  const Result<> begun = stream_.begin_response(head, framing);
  if (!begun) close_ = true;
  return begun;
}

Result<> Exchange::begin_tunnel(const http::ResponseHead& head) {
  close_ = true;
  record_.status = head.status;
  response_begun_ = true;
  response_done_ = true;  // what follows has no end that we know of
  const auto kind = head_.asks_for_tunnel ? http::Framing::Kind::chunked : http::Framing::Kind::none;
  return stream_.begin_response(head, http::Framing{kind, 0});
}

void Exchange::cut(std::string why) {
  if (was_cut_) return;
  note_failure(std::move(why), Side::self);
  was_cut_ = true;
  close_ = true;
  stream_.abort();
  abort_source();
}

void Exchange::require_http_1_1() {
  stream_.require_http_1_1();
  close_ = true;
  record_.status = 421;  // what comes nearest to it
}

void Exchange::abandon(std::string why) {
  close_ = true;
  record_.status = 499;
  note_failure(std::move(why), Side::client);
}

// Ends the measuring of the pace when it is done.
async::Soon<Result<>> Exchange::paced(async::Soon<Result<>> sending) {
  if (!sending.is_ready()) return wait_paced(std::move(sending));
  send_pace_.end();
  return sending;
}

async::Task<Result<>> Exchange::wait_paced(async::Soon<Result<>> sending) {
  const Result<> sent = co_await std::move(sending);
  send_pace_.end();
  co_return sent;
}

async::Soon<Result<>> Exchange::write_relayed(std::span<char> headroom, std::string_view piece) {
  const async::Deadline deadline = send_pace_.begin(record_.response_bytes);
  record_.response_bytes += piece.size();
  return paced(stream_.write_behind(headroom, piece, deadline));
}

async::Soon<Result<>> Exchange::flush_relayed() {
  const async::Deadline deadline = send_pace_.begin(record_.response_bytes);
  return paced(stream_.flush(deadline));
}

async::Soon<Result<>> Exchange::finish_relayed() {
  const async::Deadline deadline = send_pace_.begin(record_.response_bytes);
  return paced(stream_.finish(deadline));
}

void Exchange::set_user(std::string user) { user_ = std::move(user); }

log::AuditRecord Exchange::audit_record(std::string_view event, std::string_view action,
                                        log::Outcome outcome) const {
  log::AuditRecord record;
  record.time = wall_now();
  record.event = event;
  record.action = action;
  record.outcome = outcome;
  record.client_address = client_.address_text;
  record.request_id = id_;
  return record;
}

void Exchange::write_log(log::Logs& logs) {
  record_.user = user_;
  record_.method = replaced_ ? logged_method_ : head_.method;
  record_.target = replaced_ ? logged_target_ : head_.target;
  record_.referer = head_.headers.find("Referer").value_or("");
  std::string target;
  std::string referer;
  if (log::needs_redaction(record_.target)) record_.target = target = log::redacted(record_.target);
  if (log::needs_redaction(record_.referer)) record_.referer = referer = log::redacted(record_.referer);
  record_.protocol = name_of(head_.version);
  record_.request_bytes = stream_.received();
  record_.user_agent = head_.headers.find("User-Agent").value_or("");
  record_.host = head_.headers.find("Host").value_or("");
  record_.request_id = id_;
  record_.junction = junction_;
  record_.upstream = upstream_;
  record_.duration_us = std::chrono::duration_cast<std::chrono::microseconds>(loop_.now() - started_).count();
  logs.request(record_);
  record_.target = record_.referer = std::string_view();
}

}  // namespace sallyport::exchange
