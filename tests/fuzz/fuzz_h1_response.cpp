// Response heads: pieces give what the whole gives; what was taken and is written anew is read as the same; cookies and
// dates in them do not crash and write back to something that reads the same.
#include "check.hpp"
#include "http/cookies.hpp"
#include "http/dates.hpp"
#include "http/framing.hpp"
#include "http/h1_parser.hpp"
#include "http/h1_renderer.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

struct Outcome {
  bool failed = false;
  bool complete = false;
  std::size_t consumed = 0;
  std::string text;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

HeadLimits small_limits() {
  HeadLimits limits;
  limits.max_start_line = 100;
  limits.max_head = 500;
  limits.max_field_count = 8;
  return limits;
}

Outcome finished(ResponseParser& parser, std::size_t consumed, ResponseHead* head) {
  Outcome outcome;
  outcome.consumed = consumed;
  outcome.complete = parser.complete();
  if (!outcome.complete) return outcome;
  *head = parser.take();
  outcome.text = std::to_string(head->status) + " " + head->reason + "\n" + fuzz::text_of(head->headers);
  return outcome;
}

Outcome read_whole(std::string_view input, ResponseHead* head) {
  ResponseParser parser(small_limits());
  const auto fed = parser.feed(input);
  return fed ? finished(parser, *fed, head) : Outcome{true, false, 0, ""};
}

Outcome read_pieces(std::string_view input) {
  ResponseParser parser(small_limits());
  fuzz::Cuts cuts(input);
  std::size_t consumed = 0;
  while (consumed < input.size() && !parser.complete()) {
    const auto fed = parser.feed(input.substr(consumed, cuts.next(input.size() - consumed)));
    if (!fed) return Outcome{true, false, 0, ""};
    consumed += *fed;
  }
  ResponseHead head;
  return finished(parser, consumed, &head);
}

void check_set_cookie(std::string_view field) {
  const auto cookie = SetCookie::parse(field);
  if (!cookie) return;
  const auto text = cookie->render();
  fuzz::check(text.has_value(), "a cookie that was read is written");
  const auto again = SetCookie::parse(*text);
  fuzz::check(again && again->name == cookie->name && again->value == cookie->value &&
                  again->attributes.size() == cookie->attributes.size() && again->render().value() == *text,
              "a cookie that was written is the same");
  if (const auto* expires = cookie->find("expires"); expires != nullptr && expires->value) {
    if (const auto time = parse_cookie_date(*expires->value)) {
      fuzz::check(parse_http_date(render_http_date(*time)) == time, "a date that was written is the same");
    }
  }
}

void check_head(const ResponseHead& head) {
  std::string bytes;
  fuzz::check(render_response_head(head, bytes).has_value(), "what was read is written");
  ResponseParser parser;
  const auto fed = parser.feed(bytes);
  fuzz::check(fed && parser.complete() && *fed == bytes.size(), "what was written is read");
  const ResponseHead again = parser.take();
  fuzz::check(again.status == head.status && fuzz::text_of(again.headers) == fuzz::text_of(head.headers),
              "what was written is the same");
  if (const auto framing = decide_framing(head, "GET")) {
    fuzz::check(framing->length <= INT64_MAX, "C3");
    fuzz::check(decide_framing(head, "HEAD").has_value(), "HEAD has a framing where GET has one");
  }
  for (const Field field : head.headers) check_set_cookie(field.value);
}

}  // namespace

FUZZ_TARGET(h1_response) {
  const std::string_view input = fuzz::text_of(data, size);
  ResponseHead head;
  const Outcome whole = read_whole(input, &head);
  fuzz::check(whole == read_pieces(input), "pieces give what the whole gives");
  if (whole.complete) check_head(head);
  return 0;
}
