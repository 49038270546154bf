#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/parse_error.hpp"

// What the heads of requests and responses and the trailer section have in common: lines, and field lines.
namespace sallyport::http {

// Cuts a byte stream into lines ended by LF. A line that is whole in the input is never copied.
class LineReader {
 public:
  // The next line with its ending, taken from the front of `bytes`; nothing if `bytes` ended first: all of it is kept
  // in partial() then. The view is good until the next call and as long as the input.
  std::optional<std::string_view> take(std::string_view& bytes);
  // The beginning of a line whose end has not come yet.
  std::string_view partial() const { return has_whole_line_ ? std::string_view() : std::string_view(pending_); }
  void reset();

 private:
  std::string pending_;
  bool has_whole_line_ = false;  // pending_ is the line given out last
};

// The line without CRLF; nothing if it ended in a bare LF, which some take for a line end and some do not (RFC 9112
// section 2.2).
std::optional<std::string_view> without_crlf(std::string_view line);

// field-line = field-name ":" OWS field-value OWS (RFC 9112 section 5), `line` being without CRLF. Refused, with the
// reason: an empty name, a name that is no token, white space before the colon, obs-fold, control bytes.
tl::expected<Field, const char*> parse_field_line(std::string_view line);

// The line at the front of `bytes` if it is as nearly all are: whole, "name: value" CRLF with one space and no white
// space at the end of the value, and nothing wrong with it. What is not (size() of an empty name) goes line by line
// through parse_field_line(), which says why, or finds that it is right all the same.
Headers::Line usual_line(std::string_view bytes);

// A field section up to its empty line, with its limits.
class FieldSection {
 public:
  struct Limits {
    std::size_t max_bytes;  // of all field lines with their endings
    std::size_t max_count;
  };

  explicit FieldSection(Limits limits) : limits_(limits) {}
  // Takes lines from the front of `bytes`; true when the empty line has come. Errors: 400, 431.
  Parsed<bool> feed(std::string_view& bytes, LineReader& lines);

  const Headers& fields() const { return fields_; }
  // Gives the fields away and starts anew.
  Headers take();

 private:
  void take_usual_lines(std::string_view& bytes);
  Parsed<bool> take_line(std::string_view line);

  Limits limits_;
  Headers fields_;
  std::size_t bytes_ = 0;
};

}  // namespace sallyport::http
