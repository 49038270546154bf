#include "fetch/http_fetch.hpp"

#include <algorithm>

#include "async/task_group.hpp"
#include "fetch/fetcher.hpp"
#include "http/authority.hpp"
#include "net/tcp_stream.hpp"
#include "wire/client_connection.hpp"

namespace sallyport::fetch {
namespace {

constexpr std::uint16_t kPort = 80;
constexpr std::size_t kMostUrl = 2048;
constexpr std::size_t kMostHead = 16384;
constexpr int kMostInterim = 5;

struct Asked {
  std::string method;
  std::string target;
  http::Authority authority;
  std::vector<Endpoint> endpoints;
};

Result<Asked> read_url(const std::string& url) {
  const std::string_view rest = std::string_view(url).substr(std::string_view("http://").size());
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = http::parse_authority(rest.substr(0, slash));
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
  if (url.size() > kMostUrl || !authority || !std::all_of(url.begin(), url.end(), is_visible)) {
    return fail(Errc::malformed, "no http:// URL that can be asked for");
  }
  Asked asked;
  asked.authority = *authority;
  asked.target = rest.substr(slash);
  if (asked.target.empty() || asked.target.front() != '/') asked.target.insert(0, "/");
  return asked;
}

http::Headers fields_of(const Asked& asked, const pki::FetchRequest& request) {
  http::Headers headers;
  headers.add("Host", asked.authority.to_string(kPort));
  headers.add("User-Agent", "sallyport");
  headers.add("Connection", "close");
  if (!request.body.empty()) {
    headers.add("Content-Type", "application/ocsp-request");
    headers.add("Content-Length", std::to_string(request.body.size()));
    headers.add("Accept", "application/ocsp-response");
  }
  return headers;
}

async::Task<Result<std::unique_ptr<net::Stream>>> connect_one(const std::vector<Endpoint>& endpoints, TimePoint now,
                                                              async::Deadline deadline) {
  Error last(Errc::unreachable, "no address");
  std::size_t left = endpoints.size();
  for (const Endpoint& endpoint : endpoints) {
    // An address that does not answer leaves the others their share of the time.
    const auto share = async::Deadline::at(now + (deadline.when() - now) / static_cast<int>(left--));
    auto stream = co_await net::TcpStream::connect(endpoint, share);
    if (stream) co_return stream;
    last = stream.error();
  }
  co_return fail(last);
}

async::Task<Result<std::string>> read_answer(wire::ClientConnection& connection, const Asked& asked,
                                             std::size_t max_bytes, async::Deadline deadline) {
  http::ResponseHead head;
  for (int i = 0; i < kMostInterim && head.status < 200; ++i) {
    Result<http::ResponseHead> read = co_await connection.read_head(deadline);
    if (!read) co_return fail(read.error());
    head = std::move(*read);
  }
  if (head.status != 200) co_return fail(Errc::unavailable, "the server says " + std::to_string(head.status));
  if (head.headers.has("Content-Encoding")) co_return fail(Errc::unsupported, "the answer has a Content-Encoding");
  const Result<wire::BodySource*> body = connection.begin_body(head, asked.method);
  if (!body) co_return fail(body.error());
  const http::Framing framing = (*body)->framing();
  const std::string limit = "more than " + std::to_string(max_bytes) + " bytes";
  if (framing.kind == http::Framing::Kind::length && framing.length > max_bytes) co_return fail(Errc::too_large, limit);
  std::string bytes;
  for (;;) {
    const Result<std::string_view> piece = co_await (*body)->next(deadline);
    if (!piece) co_return fail(piece.error());
    if (piece->empty()) co_return bytes;
    if (bytes.size() + piece->size() > max_bytes) co_return fail(Errc::too_large, limit);
    bytes += *piece;
  }
}

async::Task<Result<std::string>> exchange(const Asked& asked, const pki::FetchRequest& request, TimePoint now,
                                          async::Deadline deadline) {
  auto stream = co_await connect_one(asked.endpoints, now, deadline);
  if (!stream) co_return fail(stream.error());
  http::HeadLimits limits;
  limits.max_head = kMostHead;
  wire::ClientConnection connection(std::move(*stream), limits);
  http::Framing framing;
  if (!request.body.empty()) framing = http::Framing{http::Framing::Kind::length, request.body.size()};
  const Result<> begun = connection.begin_request(asked.method, asked.target, fields_of(asked, request), framing);
  if (!begun) co_return fail(begun.error());
  if (!request.body.empty()) {
    const Result<> written = co_await connection.write(request.body, deadline);
    if (!written) co_return fail(written.error());
  }
  const Result<> sent = co_await connection.finish(deadline);
  if (!sent) co_return fail(sent.error());
  co_return co_await read_answer(connection, asked, request.max_bytes, deadline);
}

async::Task<> run(const Asked& asked, const pki::FetchRequest& request, TimePoint end, Result<std::string>& out) {
  const async::Context here = co_await async::CurrentContext();
  out = co_await exchange(asked, request, here.loop->now(), async::Deadline::at(end));
  here.loop->stop();
}

}  // namespace

Result<std::string> fetch_by_http(const pki::FetchRequest& request, const std::vector<Cidr>& forbidden, TimePoint end) {
  auto asked = read_url(request.url);
  if (!asked) return fail(asked.error());
  asked->method = request.body.empty() ? "GET" : "POST";
  std::string host = asked->authority.host;
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  const auto addresses = allowed_addresses(host, forbidden);
  if (!addresses) return fail(addresses.error());
  const std::uint16_t port = asked->authority.port != 0 ? asked->authority.port : kPort;
  for (const IpAddress& address : *addresses) asked->endpoints.push_back(Endpoint{address, port});

  // A loop for this fetch alone: it is short, and its thread has nothing else to do.
  const SteadyClock clock;
  async::EventLoop loop(clock);
  Result<std::string> out = fail(Errc::internal, "the fetch did not end");
  async::TaskGroup tasks(async::Context{&loop, nullptr}, [&loop](std::exception_ptr) { loop.stop(); });
  tasks.spawn(run(*asked, request, end, out));
  loop.run();
  return out;
}

}  // namespace sallyport::fetch
