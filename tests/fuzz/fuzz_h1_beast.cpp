// Requests as Boost.Beast reads them: who stands behind another proxy or in front of another server must see the same
// messages. What both take has one framing, one method, one target, one body; what we take, Beast takes too, but for
// the differences that are named here.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "base/text.hpp"
#include "check.hpp"
#include "http/chars.hpp"
#include "http/chunked.hpp"
#include "http/framing.hpp"
#include "http/h1_parser.hpp"

using namespace sallyport;
using namespace sallyport::http;
namespace beast = boost::beast::http;

namespace {

constexpr std::uint64_t kMostBody = 1 << 20;  // Beast makes room for all that is announced

// A message that begins the input, as far as it is there.
struct Message {
  enum class State : std::uint8_t { refused, head_incomplete, body_incomplete, whole };
  State state = State::refused;
  boost::system::error_code error;  // Beast's
  std::string method;
  std::string target;
  bool http_1_1 = false;
  bool keeps_alive = false;
  bool odd_connection = false;
  bool in_trailers = false;  // the error, that is
  bool chunked = false;
  std::optional<std::uint64_t> length;
  std::string body;
  std::size_t consumed = 0;

  bool has_head() const { return state == State::body_incomplete || state == State::whole; }
};

bool read_our_body(std::string_view rest, const Framing& framing, Message& message) {
  if (framing.kind == Framing::Kind::chunked) {
    ChunkedDecoder decoder;
    while (!rest.empty() && !decoder.done()) {
      const auto step = decoder.step(rest);
      if (!step) return false;
      message.body += step->data;
      message.consumed += step->consumed;
      rest.remove_prefix(step->consumed);
    }
    if (decoder.done()) message.state = Message::State::whole;
    return true;
  }
  message.body = rest.substr(0, framing.length);
  message.consumed += message.body.size();
  if (message.body.size() == framing.length) message.state = Message::State::whole;
  return true;
}

// A member of Connection that is no token (RFC 9110 section 7.6.1) is no option either: for us it says nothing, Beast
// refuses the request. Nobody takes it for "close" or for the name of a field.
bool has_odd_connection(const Headers& headers) {
  for (const Field field : headers) {
    if (!equal_ignoring_case(field.name, "Connection") && !equal_ignoring_case(field.name, "Proxy-Connection"))
      continue;
    for (const std::string_view member : split(field.value, ',')) {
      if (!all_in(trimmed(member), kToken)) return true;
    }
  }
  return false;
}

Message read_as_we_do(std::string_view input) {
  Message message;
  RequestParser parser;
  const auto fed = parser.feed(input);
  if (!fed) return message;
  message.state = Message::State::head_incomplete;
  if (!parser.complete()) return message;
  const RequestHead head = parser.take();
  const auto framing = decide_framing(head);
  if (!framing) {
    message.state = Message::State::refused;
    return message;
  }
  message.state = Message::State::body_incomplete;
  message.consumed = *fed;
  message.method = head.method;
  message.target = head.target;
  message.http_1_1 = head.version == Version::http_1_1;
  message.keeps_alive = keeps_alive(head);
  message.odd_connection = has_odd_connection(head.headers);
  message.chunked = framing->kind == Framing::Kind::chunked;
  if (framing->kind == Framing::Kind::length) message.length = framing->length;
  if (!read_our_body(input.substr(*fed), *framing, message)) message.state = Message::State::refused;
  return message;
}

Message read_as_beast_does(std::string_view input) {
  Message message;
  beast::request_parser<beast::string_body> parser;
  parser.header_limit(1 << 20);
  parser.body_limit(kMostBody);
  boost::system::error_code error;
  while (!parser.is_done() && message.consumed < input.size()) {
    const std::string_view rest = input.substr(message.consumed);
    message.consumed += parser.put(boost::asio::buffer(rest.data(), rest.size()), error);
    if (error) break;
    // Of the head alone: later Beast counts a Connection among the trailers, which has no place there.
    if (parser.is_header_done() && !parser.eager()) {
      message.keeps_alive = parser.keep_alive();
      parser.eager(true);
    }
  }
  message.error = error;
  message.in_trailers = parser.is_header_done();
  if (error && error != beast::error::need_more) return message;
  message.state = Message::State::head_incomplete;
  if (!parser.is_header_done()) return message;
  message.state = parser.is_done() ? Message::State::whole : Message::State::body_incomplete;
  const auto text = [](boost::beast::string_view view) { return std::string(view.data(), view.size()); };
  message.method = text(parser.get().method_string());
  message.target = text(parser.get().target());
  message.http_1_1 = parser.get().version() == 11;
  message.chunked = parser.chunked();
  if (parser.content_length()) message.length = *parser.content_length();
  message.body = parser.get().body();
  return message;
}

// Refused by Beast for what we drop unread: the grammar of a chunk extension (it ends with its line, whatever it says),
// and a Connection of the kind above among the trailers.
bool is_about_what_we_drop(const Message& theirs) {
  return theirs.error == beast::error::bad_chunk_extension ||
         (theirs.error == beast::error::bad_value && theirs.in_trailers);
}

// RFC 9112 section 2.2: a server should ignore an empty line before a request. We ignore one, Beast refuses it.
std::size_t empty_line(std::string_view input) {
  return input.starts_with("\r\n") ? 2 : 0;
}

}  // namespace

FUZZ_TARGET(h1_beast) {
  const std::string_view input = fuzz::text_of(data, size);
  const Message ours = read_as_we_do(input);
  const std::size_t skipped = empty_line(input);
  const Message theirs = read_as_beast_does(input.substr(skipped));
  if (ours.state == Message::State::refused) return 0;
  if (theirs.error == beast::error::body_limit) {
    fuzz::check(ours.length ? *ours.length > kMostBody : ours.chunked, "the length of a large body");
    return 0;
  }
  if (theirs.state == Message::State::refused) {
    if (ours.has_head() && !ours.odd_connection && !is_about_what_we_drop(theirs))
      fuzz::fail("Beast refuses what we take: " + theirs.error.message());
    return 0;
  }
  if (!ours.has_head() || !theirs.has_head()) {
    fuzz::check(ours.has_head() == theirs.has_head(), "the head ends at the same byte");
    return 0;
  }
  fuzz::check(ours.method == theirs.method, "the method");
  fuzz::check(ours.target == theirs.target, "the target");
  fuzz::check(ours.http_1_1 == theirs.http_1_1, "the version");
  fuzz::check(ours.keeps_alive == theirs.keeps_alive, "another request may follow");
  fuzz::check(ours.chunked == theirs.chunked, "the body is chunked");
  fuzz::check(ours.length == theirs.length, "the length of the body");
  fuzz::check(ours.state == theirs.state, "the body is whole");
  if (ours.state != Message::State::whole) return 0;
  fuzz::check(ours.body == theirs.body, "the body");
  fuzz::check(ours.consumed == skipped + theirs.consumed, "the next message begins at the same byte");
  return 0;
}
