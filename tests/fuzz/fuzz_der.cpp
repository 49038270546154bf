// DER: elements are pieces of what was given, one after the other and whole; text and numbers read out of them are what
// their bytes say.
#include <algorithm>

#include "base/text.hpp"
#include "check.hpp"
#include "pki/der.hpp"

using namespace sallyport;
using namespace sallyport::pki;

namespace {

constexpr unsigned kDeepest = 32;

// Tag and length in the one way that DER has.
std::string written(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else {
    std::string length;
    for (std::size_t left = content.size(); left != 0; left >>= 8) length.insert(length.begin(), static_cast<char>(left & 255));
    out += static_cast<char>(0x80 | length.size());
    out += length;
  }
  return out.append(content);
}

// An object identifier's arcs, base 128; the first two are one.
std::string arcs_written(std::string_view text) {
  std::string out;
  std::uint64_t first = 0;
  const auto arcs = split(text, '.');
  fuzz::check(arcs.size() >= 2, "an object identifier has two arcs or more");
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    const auto arc = parse_unsigned(arcs[i]);
    fuzz::check(arc.has_value(), "arcs are numbers");
    if (i == 0) {
      first = *arc;
      continue;
    }
    std::uint64_t left = i == 1 ? 40 * first + *arc : *arc;
    std::string bytes(1, static_cast<char>(left & 127));
    while ((left >>= 7) != 0) bytes.insert(bytes.begin(), static_cast<char>(0x80 | (left & 127)));
    out += bytes;
  }
  return out;
}

void check_simple(const der::Value& value) {
  if (const auto oid = der::oid_text(value.content)) {
    fuzz::check(arcs_written(*oid) == value.content, "an object identifier has one spelling");
  }
  if (const auto number = der::unsigned_integer(value.content)) {
    fuzz::check(!number->empty() && value.content.ends_with(*number), "a number is the end of its bytes");
    fuzz::check(number->size() == 1 || number->front() != '\0', "without zeros in front");
  }
  if (const auto time = der::time(value)) {
    const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*time)).year();
    // A leap second in the last minute of 9999 is in the next year.
    fuzz::check(year >= std::chrono::year(0) && year <= std::chrono::year(10000), "a year has four digits");
  }
  if (const auto truth = der::boolean(value.content)) fuzz::check(value.content[0] == (*truth ? '\xff' : '\0'), "a truth");
}

void check_elements(std::string_view bytes, unsigned depth) {
  der::Reader reader(bytes);
  std::size_t taken = 0;
  while (const auto value = reader.next()) {
    fuzz::check(value->whole.data() == bytes.data() + taken, "elements follow each other");
    taken += value->whole.size();
    fuzz::check(taken <= bytes.size(), "no element is longer than what is there");
    fuzz::check(value->whole == written(value->tag, value->content), "an element has one spelling");
    const auto alone = der::only(value->whole, value->tag);
    fuzz::check(alone && alone->content == value->content, "an element alone is the same");
    der::Reader other(value->whole);
    fuzz::check(!other.next_if(static_cast<std::uint8_t>(value->tag ^ 1)) && !other.failed(), "another tag is another element");
    fuzz::check(!other.expect(static_cast<std::uint8_t>(value->tag ^ 1)) && other.failed() && other.at_end(),
                "what was expected and is not there is a failure");
    check_simple(*value);
    if (depth < kDeepest) check_elements(value->content, depth + 1);
  }
  fuzz::check(reader.at_end(), "nothing comes after an end");
  fuzz::check(reader.failed() || taken == bytes.size(), "what is left out is a failure");
  fuzz::check(!reader.next(), "and nothing comes later");
}

}  // namespace

FUZZ_TARGET(der) {
  check_elements(fuzz::text_of(data, size), 0);
  return 0;
}
