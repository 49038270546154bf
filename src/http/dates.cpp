#include "http/dates.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sallyport::http {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// 1 to 12; 0 if `text` does not begin with the name of a month.
unsigned month_of(std::string_view text) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (starts_with_ignoring_case(text, kMonths[i])) return i + 1;
  }
  return 0;
}

struct DateParts {
  int year = -1;
  unsigned month = 0;
  unsigned day = 0;
  int hour = -1;
  int minute = -1;
  int second = -1;
};

std::optional<WallTime> time_of(const DateParts& parts) {
  using namespace std::chrono;
  const year_month_day date{year(parts.year), month(parts.month), day(parts.day)};
  if (!date.ok() || parts.hour < 0 || parts.hour > 23 || parts.minute < 0 || parts.minute > 59 || parts.second < 0 ||
      parts.second > 59) {
    return std::nullopt;
  }
  return WallTime(sys_days(date).time_since_epoch() + hours(parts.hour) + minutes(parts.minute) +
                  seconds(parts.second));
}

int number(std::string_view digits) {
  const auto value = parse_unsigned(digits, 9999);
  return value ? static_cast<int>(*value) : -1;
}

void append_digits(std::string& out, int value, int width) {
  std::string digits = std::to_string(value);
  out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
  out += digits;
}

std::size_t leading_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

// time = 1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT, then anything but a digit (RFC 6265 section 5.1.1).
bool read_time(std::string_view token, DateParts& parts) {
  int* const fields[] = {&parts.hour, &parts.minute, &parts.second};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t digits = leading_digits(token);
    if (digits < 1 || digits > 2) return false;
    *fields[i] = number(token.substr(0, digits));
    token.remove_prefix(digits);
    if (i == 2) return true;
    if (token.empty() || token.front() != ':') return false;
    token.remove_prefix(1);
  }
  return false;
}

// The first token of each sort counts: time, day of the month, month, year, in this order of trial.
void read_cookie_token(std::string_view token, DateParts& parts) {
  DateParts time;
  if (parts.hour < 0 && read_time(token, time)) {
    parts.hour = time.hour;
    parts.minute = time.minute;
    parts.second = time.second;
    return;
  }
  const std::size_t digits = leading_digits(token);
  if (parts.day == 0 && (digits == 1 || digits == 2)) {
    parts.day = static_cast<unsigned>(number(token.substr(0, digits)));
    return;
  }
  if (parts.month == 0 && month_of(token) != 0) {
    parts.month = month_of(token);
    return;
  }
  if (parts.year < 0 && digits >= 2 && digits <= 4) {
    parts.year = number(token.substr(0, digits));
    if (parts.year >= 70 && parts.year <= 99) parts.year += 1900;
    if (parts.year >= 0 && parts.year <= 69) parts.year += 2000;
  }
}

bool is_cookie_date_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte <= 0x2f) || (byte >= 0x3b && byte <= 0x40) ||
         (byte >= 0x5b && byte <= 0x60) || (byte >= 0x7b && byte <= 0x7e);
}

}  // namespace

std::string render_http_date(WallTime time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date{day_start};
  const hh_mm_ss clock{floor<seconds>(time - day_start)};
  std::string out;
  out.reserve(29);
  out += kDays[weekday(day_start).c_encoding()];
  out += ", ";
  append_digits(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  out += ' ';
  out += kMonths[static_cast<unsigned>(date.month()) - 1];
  out += ' ';
  append_digits(out, static_cast<int>(date.year()), 4);
  out += ' ';
  append_digits(out, static_cast<int>(clock.hours().count()), 2);
  out += ':';
  append_digits(out, static_cast<int>(clock.minutes().count()), 2);
  out += ':';
  append_digits(out, static_cast<int>(clock.seconds().count()), 2);
  out += " GMT";
  return out;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  if (text.size() != 29) return std::nullopt;
  DateParts parts;
  parts.day = static_cast<unsigned>(number(text.substr(5, 2)));
  parts.month = month_of(text.substr(8, 3));
  parts.year = number(text.substr(12, 4));
  parts.hour = number(text.substr(17, 2));
  parts.minute = number(text.substr(20, 2));
  parts.second = number(text.substr(23, 2));
  const auto time = time_of(parts);
  // Writing it again checks the punctuation, the case and the day of the week.
  if (!time || render_http_date(*time) != text) return std::nullopt;
  return time;
}

std::optional<WallTime> parse_cookie_date(std::string_view text) {
  DateParts parts;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size() && !is_cookie_date_delimiter(text[length])) ++length;
    if (length > 0) read_cookie_token(text.substr(0, length), parts);
    text.remove_prefix(std::min(text.size(), length + 1));
  }
  if (parts.year < 1601) return std::nullopt;
  return time_of(parts);
}

}  // namespace sallyport::http
