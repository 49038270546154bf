#include "http/h1_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "base/words.hpp"
#include "http/chars.hpp"

namespace sallyport::http {
namespace {

constexpr std::string_view kEmptyLine = "\r\n";

const char* find_control(const char* at, const char* end) {
  for (; end - at >= static_cast<std::ptrdiff_t>(words::kSize); at += words::kSize) {
    if (const auto controls = words::any_control(words::load(at)); controls != 0) return at + words::first(controls);
  }
  return std::find_if(at, end, is_control);
}

}  // namespace

std::optional<std::string_view> LineReader::take(std::string_view& bytes) {
  if (has_whole_line_) {
    pending_.clear();
    has_whole_line_ = false;
  }
  const auto newline = bytes.find('\n');
  if (newline == std::string_view::npos) {
    pending_ += bytes;
    bytes = {};
    return std::nullopt;
  }
  std::string_view line = bytes.substr(0, newline + 1);
  bytes.remove_prefix(newline + 1);
  if (pending_.empty()) return line;
  pending_ += line;
  has_whole_line_ = true;
  return std::string_view(pending_);
}

void LineReader::reset() {
  // One head that came slowly shall not cost an idle connection its memory.
  constexpr std::size_t kept_capacity = 1024;
  if (pending_.capacity() > kept_capacity) std::string().swap(pending_);
  pending_.clear();
  has_whole_line_ = false;
}

std::optional<std::string_view> without_crlf(std::string_view line) {
  if (line.size() < 2 || line[line.size() - 2] != '\r') return std::nullopt;
  return line.substr(0, line.size() - 2);
}

tl::expected<Field, const char*> parse_field_line(std::string_view line) {
  const std::size_t first_colon = line.find(':');
  FieldName name = std::string_view();
  if (first_colon != std::string_view::npos) name = line.substr(0, first_colon);
  // A name that has a number is a token.
  if (first_colon == std::string_view::npos || (name.id() == kOtherField && !is_token(name.text()))) {
    const auto is_other = [](char c) { return !is_in(c, kToken); };
    const auto colon = static_cast<std::size_t>(std::find_if(line.begin(), line.end(), is_other) - line.begin());
    if (line.empty()) return tl::make_unexpected("empty line");
    if (line.front() == ' ' || line.front() == '\t') {
      return tl::make_unexpected("white space at the start of the line (obsolete folding)");
    }
    if (colon == 0) return tl::make_unexpected("no field name");
    if (colon == line.size()) return tl::make_unexpected("no colon");
    if (line[colon] == ' ' || line[colon] == '\t') return tl::make_unexpected("white space in or after the field name");
    return tl::make_unexpected("a character in the field name that is none of a token");
  }
  std::string_view value = line.substr(first_colon + 1);
  bool joined = value.starts_with(' ');  // as usual
  if (joined) value.remove_prefix(1);
  if (!value.empty() && (is_blank(value.front()) || is_blank(value.back()))) {
    value = trimmed(value);
    joined = false;
  }
  if (!is_field_value(value)) return tl::make_unexpected("a control character in the field value");
  Field field(name, value, true);
  field.joined = joined;
  return field;
}

Headers::Line usual_line(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* const colon = begin + std::min(bytes.find(':'), bytes.size());
  if (end - colon < 4 || colon[1] != ' ') return {};
  const FieldName name = std::string_view(begin, colon);
  if (name.id() == kOtherField && !is_token(name.text())) return {};
  const char* const value = colon + 2;
  const char* const value_end = find_control(value, end);
  if (end - value_end < 2 || value_end[0] != '\r' || value_end[1] != '\n') return {};
  if (value != value_end && (value[0] == ' ' || value_end[-1] == ' ')) return {};
  return {static_cast<std::uint32_t>(colon - begin), static_cast<std::uint32_t>(value_end - value), name.id()};
}

void FieldSection::take_usual_lines(std::string_view& bytes) {
  constexpr std::size_t most_at_once = 32;
  std::array<Headers::Line, most_at_once> lines;
  std::size_t count = 0;
  std::size_t size = 0;
  const std::size_t wanted = std::min(most_at_once, limits_.max_count - fields_.size());
  // Not beyond the end of the section: what follows may be a long body.
  for (; count < wanted && size < bytes.size() && bytes[size] != '\r'; ++count) {
    const Headers::Line line = usual_line(bytes.substr(size));
    if (line.name_length == 0 || bytes_ + size + line.size() > limits_.max_bytes) break;
    size += line.size();
    lines[count] = line;
  }
  if (count == 0) return;
  fields_.add_lines(bytes.substr(0, size), {lines.data(), count});
  bytes_ += size;
  bytes.remove_prefix(size);
}

Parsed<bool> FieldSection::feed(std::string_view& bytes, LineReader& lines) {
  for (;;) {
    // One allocation for the usual head, not one per doubling; a larger one grows by itself.
    if (fields_.empty() && !bytes.empty()) fields_.reserve(16, std::min<std::size_t>(bytes.size(), 1024));
    if (lines.partial().empty()) {
      take_usual_lines(bytes);
      if (bytes.starts_with(kEmptyLine) && bytes_ + kEmptyLine.size() <= limits_.max_bytes) {
        bytes_ += kEmptyLine.size();
        bytes.remove_prefix(kEmptyLine.size());
        return true;
      }
    }
    const auto line = lines.take(bytes);
    if (!line) {
      if (bytes_ + lines.partial().size() > limits_.max_bytes) return parse_failure(431, "header fields too long");
      return false;
    }
    const auto finished = take_line(*line);
    if (!finished || *finished) return finished;
  }
}

Parsed<bool> FieldSection::take_line(std::string_view line) {
  const auto where = [this] { return "header field " + std::to_string(fields_.size() + 1) + ": "; };
  bytes_ += line.size();
  if (bytes_ > limits_.max_bytes) return parse_failure(431, "header fields too long");
  const auto text = without_crlf(line);
  if (!text) return parse_failure(400, where() + "line ended by LF without CR");
  if (text->empty()) return true;
  if (fields_.size() == limits_.max_count) return parse_failure(431, "too many header fields");
  const auto field = parse_field_line(*text);
  if (!field) return parse_failure(400, where() + field.error());
  fields_.add(*field);
  return false;
}

Headers FieldSection::take() {
  bytes_ = 0;
  return std::exchange(fields_, Headers());
}

}  // namespace sallyport::http
