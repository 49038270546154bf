#include "exchange/relay.hpp"

#include "async/task_group.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "exchange/websocket.hpp"
#include "http/framing.hpp"
#include "wire/tunnel.hpp"

namespace sallyport::exchange {
namespace {

using Kind = http::Framing::Kind;

constexpr int kMostInterim = 8;  // an upstream that sends 1xx for ever (attack C9)

// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) {
  for (const char* const safe : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    if (method == safe) return true;
  }
  return false;
}

bool is_websocket(std::string_view protocol) { return equal_ignoring_case(protocol, "websocket"); }

// Is it this one protocol, asked for, that a 101 switches to, and nothing that could be read as something else?
bool switches_to(const http::Headers& headers, std::string_view protocol, std::string_view websocket_key) {
  if (headers.count("Upgrade") != 1 || !equal_ignoring_case(*headers.find("Upgrade"), protocol) ||
      !http::has_list_member(headers, "Connection", "upgrade")) {
    return false;
  }
  // RFC 9110 sections 8.6 and 15.2: there is no content. RFC 6455 section 4.1: the proof that the key was read.
  if (headers.has("Content-Length") || headers.has("Transfer-Encoding")) return false;
  if (!is_websocket(protocol)) return true;
  return headers.count("Sec-WebSocket-Accept") == 1 &&
         *headers.find("Sec-WebSocket-Accept") == websocket_accept(websocket_key);
}

upstream::Purpose purpose_of(const RelayPlan& plan) {
  if (plan.upgrade.empty()) return upstream::Purpose::request;
  return is_websocket(plan.upgrade) && plan.method == "GET" ? upstream::Purpose::websocket : upstream::Purpose::upgrade;
}

// RFC 6455 section 4.2.1.
bool has_websocket_key(const http::RequestHead& head) {
  constexpr std::size_t kKeySize = 16;
  if (!http::asks_for_websocket(head)) return false;
  const auto key = base64_decoded(*head.headers.find("Sec-WebSocket-Key"));
  return key && key->size() == kKeySize;
}

int status_for(const Error& error) {
  if (error.side == Side::client) {
    switch (error.code) {
      case Errc::timeout: return 408;
      case Errc::too_large: return 413;
      default: return 400;
    }
  }
  switch (error.code) {
    case Errc::timeout: return 504;
    case Errc::unavailable: return 503;
    case Errc::refused:
    case Errc::unreachable: return 503;
    default: return 502;
  }
}

// In one field, and in our own spelling of the number.
void say_length(http::Headers& headers, std::uint64_t length) {
  const std::string text = std::to_string(length);
  if (headers.find("Content-Length") != text) headers.set("Content-Length", text);
}

// How one attempt to get an answer ended.
struct Attempted {
  bool answered = false;   // the answer (ours or theirs) is under way or done
  bool may_retry = false;  // nothing of the request can have been acted on
  Error error;
};

class Relay : private async::Ready {
 public:
  Relay(Exchange& x, const RelayPlan& plan, upstream::Pool& pool)
      : x_(x), plan_(plan), pool_(pool), request_framing_(x.body().framing()) {
    client_left_ = !x_.stream().tell_when_gone(this);
    if (x_.request().asks_for_tunnel) {
      websocket_key_ = new_websocket_key();
    } else if (is_websocket(plan_.upgrade)) {
      websocket_key_ = x_.request().headers.find("Sec-WebSocket-Key").value_or("");
    }
  }
  ~Relay() { x_.stream().tell_when_gone(nullptr); }

  async::Task<> relay();

 private:
  // The client has left: nobody waits for the answer any more.
  void run() override {
    client_left_ = true;
    x_.abort_source();
  }
  async::Task<Attempted> attempt(wire::ClientStream& upstream, bool reused, bool& reusable);
  Result<> begin(wire::ClientStream& upstream);
  bool agrees_to_upgrade(const wire::ClientStream& upstream, const http::ResponseHead& head) const;
  async::Task<> send_body(wire::ClientStream& upstream);
  void pass_trailers(wire::ClientStream& upstream);
  async::Task<> stop_when_unwanted(wire::ClientStream& upstream, async::TaskGroup& sending);
  bool is_final(const Result<http::ResponseHead>& head) const;
  async::Task<Result<http::ResponseHead>> read_final_head(wire::ClientStream& upstream,
                                                          Result<http::ResponseHead> head);
  async::Task<Result<>> pass_response(wire::ClientStream& upstream, http::ResponseHead& head, bool& reusable);
  async::Task<Result<>> switch_protocols(wire::ClientStream& upstream, http::ResponseHead head);
  http::Headers headers_for(std::size_t server, bool is_http_2) const;
  Attempted failed(wire::ClientStream& upstream, bool reused, Error error) const;

  Exchange& x_;
  const RelayPlan& plan_;
  upstream::Pool& pool_;
  const http::Framing request_framing_;
  std::string websocket_key_;
  std::size_t server_ = 0;
  bool client_left_ = false;
  bool body_touched_ = false;
  bool body_sent_ = false;
  bool may_pause_ = false;
  bool answer_is_over_ = false;
  TimePoint last_active_{};  // a piece of either body
  Result<> body_result_;
};

http::Headers Relay::headers_for(std::size_t server, bool is_http_2) const {
  http::Headers headers = plan_.fields->request_fields(server);
  headers.remove("Transfer-Encoding");
  if (request_framing_.kind == Kind::chunked) headers.add("Transfer-Encoding", "chunked");
  if (request_framing_.kind == Kind::length) {
    say_length(headers, request_framing_.length);
  } else {
    headers.remove("Content-Length");
  }
  if (x_.request().asks_for_tunnel) {
    // RFC 8441 section 5: the key is no part of the request that came.
    headers.set("Sec-WebSocket-Key", websocket_key_);
    if (!headers.has("Sec-WebSocket-Version")) headers.add("Sec-WebSocket-Version", "13");
  }
  // RFC 9110 section 10.1.4.
  if (plan_.passes_trailers && !is_http_2 && headers.has("TE")) headers.add("Connection", "TE");
  return headers;
}

async::Task<> Relay::relay() {
  Error last(Errc::unavailable, "no server", Side::upstream);
  const upstream::Purpose purpose = purpose_of(plan_);
  for (unsigned tried = 0; tried < plan_.max_attempts; ++tried) {
    // A pooled connection may die under our hands; the attempt after that must not meet another dead one.
    Result<upstream::Lease> lease = co_await pool_.borrow(*plan_.candidates, tried > 0, purpose);
    if (!lease) {
      last = lease.error();
      break;
    }
    if (client_left_) {
      lease->was_in_vain();
      lease->give_back();
      break;
    }
    server_ = lease->candidate().index;
    x_.set_upstream(lease->candidate().server);
    bool reusable = false;
    const TimePoint asked = x_.loop().now();
    x_.set_source(&lease->stream());
    const Attempted attempted = co_await attempt(lease->stream(), lease->reused(), reusable);
    x_.set_source(nullptr);
    x_.record().upstream_us +=
        std::chrono::duration_cast<std::chrono::microseconds>(x_.loop().now() - asked).count();
    if (reusable) lease->give_back();
    if (attempted.answered) co_return;
    last = attempted.error;
    if (!attempted.may_retry || client_left_) break;
    lease->was_in_vain();
  }
  if (x_.response_begun()) {
    x_.close_afterwards();
    co_return;
  }
  if (client_left_) {
    x_.abandon("the client left before there was an answer");
    co_return;
  }
  co_await x_.refuse(status_for(last), last.to_string());
}

async::Task<> Relay::send_body(wire::ClientStream& upstream) {
  const Duration stall = x_.options().body_stall;
  for (;;) {
    const Result<std::string_view> piece = co_await x_.next_body_piece();
    if (!piece && piece.error().code == Errc::timeout && may_pause_ && last_active_ + stall > x_.loop().now()) continue;
    body_touched_ = true;
    last_active_ = x_.loop().now();
    if (!piece) {
      body_result_ = fail(piece.error());
      break;
    }
    if (piece->empty()) {
      pass_trailers(upstream);
      body_result_ = co_await upstream.finish(x_.loop().in(stall));
      body_sent_ = body_result_.has_value();
      co_return;
    }
    body_result_ = co_await upstream.write(*piece, x_.loop().in(stall));
    if (!body_result_) break;
    if (!x_.body().would_wait()) continue;
    body_result_ = co_await upstream.flush(x_.loop().in(stall));
    if (!body_result_) break;
  }
  // The client's fault: the answer is waited for no longer. The server's: it may have answered before it stopped
  // reading, so the answer is read all the same.
  if (body_result_.error().side == Side::client || answer_is_over_) upstream.abort();
}

void Relay::pass_trailers(wire::ClientStream& upstream) {
  const http::Headers& trailers = x_.body().trailers();
  if (!trailers.empty()) upstream.add_trailers(plan_.fields->passing_trailers(trailers));
}

// Until the request has been sent too, or the server wants no more of it.
async::Task<> Relay::stop_when_unwanted(wire::ClientStream& upstream, async::TaskGroup& sending) {
  co_await upstream.wait_closed();
  sending.cancel();
}

Attempted Relay::failed(wire::ClientStream& upstream, bool reused, Error error) const {
  Attempted out;
  const bool died_unheard = !upstream.answer_begun() && (error.code == Errc::closed || error.code == Errc::reset);
  const bool is_safe = upstream.was_refused() || (reused && died_unheard && is_idempotent(plan_.method));
  out.may_retry = is_safe && !body_touched_;
  out.error = std::move(error);
  return out;
}

Result<> Relay::begin(wire::ClientStream& upstream) {
  const http::Headers headers = headers_for(server_, upstream.is_multiplexed());
  // Over HTTP/2 the key goes no further: it is ours to judge.
  const bool key_is_ours = x_.request().asks_for_tunnel;
  if (!plan_.upgrade.empty() && upstream.is_multiplexed() && !key_is_ours && !has_websocket_key(x_.request())) {
    return fail(Errc::malformed, "no handshake of a WebSocket", Side::client);
  }
  if (!plan_.upgrade.empty()) return upstream.begin_upgrade(plan_.upgrade, plan_.method, plan_.target, headers);
  return upstream.begin_request(plan_.method, plan_.target, headers, request_framing_);
}

// RFC 9110 section 7.8; RFC 8441 section 5.
bool Relay::agrees_to_upgrade(const wire::ClientStream& upstream, const http::ResponseHead& head) const {
  if (!upstream.is_multiplexed()) return head.status == 101;
  return !plan_.upgrade.empty() && head.status >= 200 && head.status < 300;
}

async::Task<Attempted> Relay::attempt(wire::ClientStream& upstream, bool reused, bool& reusable) {
  const Duration stall = x_.options().body_stall;
  // Over HTTP/2 on both sides each direction goes on by itself, and may be silent while the other one talks.
  const bool is_duplex = upstream.is_multiplexed() && x_.request().version == http::Version::http_2;
  may_pause_ = is_duplex;
  if (is_duplex) x_.let_body_pause();
  body_result_ = Result<>();
  Result<> begun = begin(upstream);
  if (!begun) co_return failed(upstream, reused, begun.error());
  const async::Context here = co_await async::CurrentContext();
  async::TaskGroup sending(here);
  if (request_framing_.has_body()) {
    // An early answer must be seen while the body is still being sent.
    begun = co_await upstream.flush(x_.loop().in(stall));
    if (!begun) co_return failed(upstream, reused, begun.error());
    begun = co_await x_.invite_body();
    if (!begun) co_return failed(upstream, false, begun.error());
    sending.spawn(send_body(upstream));
  } else {
    if (plan_.upgrade.empty() || !upstream.is_multiplexed()) begun = co_await upstream.finish(x_.loop().in(stall));
    body_sent_ = true;
  }
  Result<http::ResponseHead> head = co_await upstream.read_head(x_.loop().in(plan_.response_timeout));
  if (!is_final(head)) head = co_await read_final_head(upstream, std::move(head));
  if (head && head->status == 101 && plan_.upgrade.empty()) {
    head = fail(Errc::malformed, "101 that nobody asked for", Side::upstream);
  }
  if (!head) {
    Error error = head.error();
    if (!body_result_ && body_result_.error().side == Side::client) error = body_result_.error();
    co_return failed(upstream, reused, std::move(error));
  }
  Attempted out;
  out.answered = true;
  const bool switching = agrees_to_upgrade(upstream, *head);
  Result<> passed;
  if (switching) {
    passed = co_await switch_protocols(upstream, std::move(*head));
  } else {
    passed = co_await pass_response(upstream, *head, reusable);
  }
  if (!body_sent_ && body_result_ && passed && is_duplex) {
    answer_is_over_ = true;
    sending.spawn(stop_when_unwanted(upstream, sending));
    // Each of its waits has a deadline.
    co_await sending.join(async::Deadline::never());
  }
  if (!body_sent_) {
    // Answered before the body was read: neither connection knows where the next message begins (attack C5).
    reusable = false;
    x_.close_afterwards();
    sending.cancel();
  }
  if (!passed) {
    x_.close_afterwards();
    x_.note_failure(passed.error().to_string(), passed.error().side);
    if (!x_.response_begun()) {
      out.answered = false;
      out.error = passed.error();
    }
  }
  co_return out;
}

bool Relay::is_final(const Result<http::ResponseHead>& head) const {
  // While the body is on its way the server has a reason to be silent.
  if (!head) return head.error().code != Errc::timeout || body_sent_ || !body_result_;
  return head->status >= 200 || head->status == 101;
}

// The answer behind what came in its place.
async::Task<Result<http::ResponseHead>> Relay::read_final_head(wire::ClientStream& upstream,
                                                               Result<http::ResponseHead> head) {
  int interim = 0;
  while (!is_final(head)) {
    if (head && ++interim > kMostInterim) co_return fail(Errc::malformed, "too many 1xx responses", Side::upstream);
    head = co_await upstream.read_head(x_.loop().in(plan_.response_timeout));
  }
  co_return head;
}

async::Task<Result<>> Relay::pass_response(wire::ClientStream& upstream, http::ResponseHead& head,
                                           bool& reusable) {
  if (x_.request().asks_for_tunnel && head.status < 300) {
    co_return fail(Errc::malformed, "a page in place of a WebSocket", Side::upstream);  // attack C8
  }
  const Result<wire::BodySource*> source = upstream.begin_body(head, plan_.method);
  if (!source) co_return fail(source.error());
  wire::BodySource& body = **source;
  const http::Framing framing = body.framing();
  const http::Version version = x_.request().version;
  plan_.fields->pass_response_fields(server_, head.headers);
  // A body of unknown length is chunked for a client that knows chunks; for others the end of the connection ends it.
  http::Framing to_client = framing;
  if (framing.kind == Kind::until_close || framing.kind == Kind::chunked) {
    head.headers.remove("Content-Length");
    to_client.kind = version == http::Version::http_1_0 ? Kind::until_close : Kind::chunked;
    if (version == http::Version::http_1_1) head.headers.set("Transfer-Encoding", "chunked");
  }
  // A head of HTTP/2 says itself that it is all.
  const bool says_length = framing.length > 0 || version != http::Version::http_2 || !upstream.is_multiplexed();
  if (framing.kind == Kind::length && says_length) say_length(head.headers, framing.length);
  if (head.status == 204) head.headers.remove("Content-Length");  // RFC 9110 section 8.6
  if (!plan_.upgrade.empty() && x_.stream().has_more_input()) x_.close_afterwards();  // attack C8
  const Result<> begun = x_.begin_relayed(head, to_client);
  if (!begun) co_return begun;
  for (;;) {
    if (body.would_wait()) {
      // What is there goes out, the head without a body too: the rest may take its time.
      const Result<> flushed = co_await x_.flush_relayed();
      if (!flushed) co_return flushed;
    }
    const Result<std::string_view> piece = co_await body.next(x_.loop().in(plan_.response_timeout));
    const bool is_timeout = !piece && piece.error().code == Errc::timeout;
    if (is_timeout && may_pause_ && last_active_ + plan_.response_timeout > x_.loop().now()) continue;
    last_active_ = x_.loop().now();
    // An end that we made is none of the body's.
    if (client_left_ || x_.was_cut()) co_return fail(Errc::closed, "the client left", Side::client);
    if (!piece) {
      // As much as came is theirs; that it is not all, the end of the connection says, or of the stream: not before the
      // writer of HTTP/2, which is due, has had its turn.
      co_await x_.flush_relayed();
      co_await async::NextTurn();
      co_return fail(piece.error());
    }
    if (piece->empty()) break;
    const Result<> written = co_await x_.write_relayed(body.headroom(), *piece);
    if (!written) co_return written;
  }
  if (!body.trailers().empty()) x_.stream().add_trailers(plan_.fields->passing_trailers(body.trailers()));
  const Result<> finished = co_await x_.finish_relayed();
  x_.set_answered(finished.has_value());
  reusable = upstream.can_go_on() && body_sent_;
  co_return finished;
}

async::Task<Result<>> Relay::switch_protocols(wire::ClientStream& upstream, http::ResponseHead head) {
  if (upstream.is_multiplexed()) {
    head.headers.set("Sec-WebSocket-Accept", websocket_accept(websocket_key_));
    head.headers.remove("Content-Length");
    head.status = 101;
  } else if (!switches_to(head.headers, plan_.upgrade, websocket_key_)) {
    co_return fail(Errc::malformed, "101 to another protocol than was asked for", Side::upstream);
  }
  // From here on one direction may end before the other.
  x_.stream().tell_when_gone(nullptr);
  // Bytes that came before the answer were sent to nobody in particular (attack C8).
  if (x_.stream().has_more_input()) co_return fail(Errc::malformed, "bytes before the upgrade", Side::client);
  plan_.fields->pass_response_fields(server_, head.headers);
  if (x_.request().asks_for_tunnel) {
    head.status = 200;
    head.headers.remove("Sec-WebSocket-Accept");
  } else {
    head.headers.set("Connection", "Upgrade");
    head.headers.set("Upgrade", plan_.upgrade);
  }
  const Result<> begun = x_.begin_tunnel(head);
  if (!begun) co_return begun;
  const Result<> flushed = co_await x_.flush_relayed();
  if (!flushed) co_return flushed;
  const wire::TunnelCount count =
      co_await wire::run_tunnel(x_.stream().tunnel_end(), upstream.tunnel_end(), plan_.tunnel_idle);
  x_.record().response_bytes = count.to_client;
  x_.record().request_bytes = count.from_client;
  co_return Result<>();
}

}  // namespace

async::Task<> relay(Exchange& x, authz::Permit /*consumed*/, const RelayPlan& plan, upstream::Pool& pool) {
  Relay one(x, plan, pool);
  co_await one.relay();
}

std::string requested_upgrade(const http::RequestHead& head, const http::Framing& framing) {
  if (head.asks_for_tunnel) return "websocket";
  const auto protocol = head.headers.find("Upgrade");
  if (!protocol || head.version != http::Version::http_1_1 || framing.has_body() ||
      head.headers.count("Upgrade") != 1 || !http::has_list_member(head.headers, "Connection", "upgrade")) {
    return {};
  }
  if (protocol->find(',') != std::string_view::npos || starts_with_ignoring_case(*protocol, "h2") ||
      starts_with_ignoring_case(*protocol, "http") || starts_with_ignoring_case(*protocol, "tls")) {
    return {};
  }
  return std::string(*protocol);
}

}  // namespace sallyport::exchange
