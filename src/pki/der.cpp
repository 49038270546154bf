#include "pki/der.hpp"

#include "base/text.hpp"

namespace sallyport::pki::der {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); }

std::optional<unsigned> two_digits(std::string_view& text) {
  if (text.size() < 2) return std::nullopt;
  const auto value = parse_unsigned(text.substr(0, 2), 99);
  text.remove_prefix(2);
  if (!value) return std::nullopt;
  return static_cast<unsigned>(*value);
}

}  // namespace

std::optional<Value> Reader::peek() const {
  if (rest_.size() < 2 || (byte_at(rest_, 0) & 0x1f) == 0x1f) return std::nullopt;
  std::size_t length = byte_at(rest_, 1);
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t count = length & 0x7f;
    // Four bytes of length are 4 GiB; none is BER's indefinite form.
    if (count == 0 || count > 4 || rest_.size() < 2 + count) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | byte_at(rest_, 2 + i);
    // DER has the shortest form only.
    if (length < 0x80 || byte_at(rest_, 2) == 0) return std::nullopt;
    header += count;
  }
  if (rest_.size() - header < length) return std::nullopt;
  return Value{byte_at(rest_, 0), rest_.substr(header, length), rest_.substr(0, header + length)};
}

std::optional<Value> Reader::next() {
  if (rest_.empty()) return std::nullopt;
  const auto value = peek();
  if (!value) {
    fail();
    return std::nullopt;
  }
  rest_.remove_prefix(value->whole.size());
  return value;
}

std::optional<Value> Reader::next_if(std::uint8_t tag) {
  if (rest_.empty() || byte_at(rest_, 0) != tag) return std::nullopt;
  return next();
}

std::optional<Value> Reader::expect(std::uint8_t tag) {
  auto value = next_if(tag);
  if (!value) fail();
  return value;
}

std::optional<Value> only(std::string_view bytes, std::uint8_t tag) {
  Reader reader(bytes);
  const auto value = reader.expect(tag);
  if (!value || !reader.at_end()) return std::nullopt;
  return value;
}

std::optional<std::string> oid_text(std::string_view content) {
  if (content.empty() || (byte_at(content, content.size() - 1) & 0x80) != 0) return std::nullopt;
  std::string text;
  std::uint64_t arc = 0;
  bool is_first = true;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const std::uint8_t byte = byte_at(content, i);
    if (arc == 0 && byte == 0x80) return std::nullopt;  // not the shortest form
    if (arc > (UINT64_MAX >> 7)) return std::nullopt;
    arc = arc << 7 | (byte & 0x7f);
    if ((byte & 0x80) != 0) continue;
    if (is_first) {
      const std::uint64_t top = arc < 80 ? arc / 40 : 2;
      text = std::to_string(top) + '.' + std::to_string(arc - 40 * top);
      is_first = false;
    } else {
      text += '.' + std::to_string(arc);
    }
    arc = 0;
  }
  return text;
}

std::optional<bool> boolean(std::string_view content) {
  if (content.size() != 1) return std::nullopt;
  if (byte_at(content, 0) == 0xff) return true;
  if (byte_at(content, 0) == 0) return false;
  return std::nullopt;
}

std::optional<WallTime> time(const Value& value) {
  std::string_view text = value.content;
  const bool is_utc = value.tag == kUtcTime;
  if (!is_utc && value.tag != kGeneralizedTime) return std::nullopt;
  if (text.size() != (is_utc ? 13u : 15u) || text.back() != 'Z') return std::nullopt;
  int year = 0;
  if (is_utc) {
    const auto low = two_digits(text);
    if (!low) return std::nullopt;
    year = static_cast<int>(*low < 50 ? 2000 + *low : 1900 + *low);
  } else {
    const auto high = two_digits(text);
    const auto low = two_digits(text);
    if (!high || !low) return std::nullopt;
    year = static_cast<int>(*high * 100 + *low);
  }
  const auto month = two_digits(text);
  const auto day = two_digits(text);
  const auto hour = two_digits(text);
  const auto minute = two_digits(text);
  const auto second = two_digits(text);
  if (!month || !day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

std::optional<std::string_view> unsigned_integer(std::string_view content) {
  if (content.empty() || (byte_at(content, 0) & 0x80) != 0) return std::nullopt;
  while (content.size() > 1 && content.front() == '\0') content.remove_prefix(1);
  return content;
}

}  // namespace sallyport::pki::der
