// Request heads: pieces give what the whole gives; what was taken and is written anew is read as the same; no byte of
// an accepted head is one that splits.
#include "check.hpp"
#include "http/field_gate.hpp"
#include "http/framing.hpp"
#include "http/h1_parser.hpp"
#include "http/h1_renderer.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

struct Outcome {
  int status = 0;
  bool complete = false;
  std::size_t consumed = 0;
  std::string text;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

HeadLimits small_limits() {
  HeadLimits limits;
  limits.max_start_line = 200;
  limits.max_head = 500;
  limits.max_field_count = 8;
  return limits;
}

Outcome finished(RequestParser& parser, std::size_t consumed, RequestHead* head) {
  Outcome outcome;
  outcome.consumed = consumed;
  outcome.complete = parser.complete();
  if (!outcome.complete) return outcome;
  *head = parser.take();
  outcome.text = head->method + " " + head->target + "\n" + fuzz::text_of(head->headers);
  return outcome;
}

Outcome read_whole(std::string_view input, RequestHead* head) {
  RequestParser parser(small_limits());
  const auto fed = parser.feed(input);
  if (!fed) return Outcome{fed.error().status, false, 0, ""};
  return finished(parser, *fed, head);
}

Outcome read_pieces(std::string_view input) {
  RequestParser parser(small_limits());
  fuzz::Cuts cuts(input);
  std::size_t consumed = 0;
  while (consumed < input.size() && !parser.complete()) {
    const std::string_view piece = input.substr(consumed, cuts.next(input.size() - consumed));
    const auto fed = parser.feed(piece);
    if (!fed) return Outcome{fed.error().status, false, 0, ""};
    fuzz::check(*fed == piece.size() || parser.complete(), "bytes are left over only behind a head");
    consumed += *fed;
  }
  RequestHead head;
  return finished(parser, consumed, &head);
}

void check_head(const RequestHead& head) {
  std::string bytes;
  fuzz::check(render_request_head(head.method, head.target, head.headers, bytes).has_value(),
              "what was read is written");
  RequestParser parser;
  const auto fed = parser.feed(bytes);
  if (head.version == Version::http_1_1) {
    fuzz::check(fed && parser.complete() && *fed == bytes.size(), "what was written is read");
    const RequestHead again = parser.take();
    fuzz::check(again.method == head.method && again.target == head.target &&
                    fuzz::text_of(again.headers) == fuzz::text_of(head.headers),
                "what was written is the same");
  }
  if (const auto framing = decide_framing(head)) {
    const bool is_chunked = framing->kind == Framing::Kind::chunked;
    fuzz::check(!is_chunked || (head.version == Version::http_1_1 && !head.headers.has("content-length")), "C1, C2");
    fuzz::check(framing->length <= INT64_MAX, "C3");
  }
  ReservedNames reserved;
  reserved.add_prefix("iv-");
  Headers passed = head.headers;
  RequestGate gate(head.headers, reserved, GateRules{});
  passed.remove_if([&](const Field& field) { return !gate.passes(field); });
  for (const Field field : passed) {
    fuzz::check(folded(field.name).substr(0, 3) != "iv-", "B2");
    fuzz::check(folded(field.name) != "transfer-encoding" && folded(field.name) != "connection", "hop-by-hop");
  }
  fuzz::check(!head.headers.has("host") || passed.has("host"), "Host passes");
}

}  // namespace

FUZZ_TARGET(h1_request) {
  const std::string_view input = fuzz::text_of(data, size);
  RequestHead head;
  const Outcome whole = read_whole(input, &head);
  fuzz::check(whole == read_pieces(input), "pieces give what the whole gives");
  if (whole.complete) check_head(head);
  return 0;
}
