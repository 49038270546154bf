#include "http/chunked.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/field_check.hpp"

namespace sallyport::http {
namespace {

constexpr std::uint64_t kMaxChunk = INT64_MAX;
constexpr unsigned kMaxSizeDigits = 16;

}  // namespace

ChunkedDecoder::ChunkedDecoder(const ChunkedLimits& limits)
    : limits_(limits), trailers_({limits.max_trailer_bytes, limits.max_trailer_count}) {}

Parsed<ChunkedDecoder::Step> ChunkedDecoder::step(std::string_view input) {
  std::size_t at = 0;
  while (at < input.size() && state_ != State::done) {
    if (state_ == State::data) {
      const std::string_view data = input.substr(at, std::min<std::uint64_t>(left_, input.size() - at));
      left_ -= data.size();
      if (left_ == 0) state_ = State::data_cr;
      return Step{at + data.size(), data};
    }
    if (state_ == State::trailers) {
      std::string_view rest = input.substr(at);
      const auto finished = trailers_.feed(rest, lines_);
      if (!finished) return tl::make_unexpected(finished.error());
      at = input.size() - rest.size();
      if (!*finished) continue;
      if (const auto checked = check_trailers(); !checked) return tl::make_unexpected(checked.error());
      state_ = State::done;
      continue;
    }
    if (const auto taken = take_framing_byte(input[at]); !taken) return tl::make_unexpected(taken.error());
    ++at;
  }
  return Step{at, {}};
}

Parsed<> ChunkedDecoder::take_framing_byte(char c) {
  switch (state_) {
    case State::size_start:
    case State::size:
      return take_size_byte(c);
    case State::extension:
      // What an extension says is nobody's business here; that it ends at one place for everybody is.
      if (c == '\r') {
        if (quote_ != Quote::none) return parse_failure(400, "chunk extension: a quoted string without end");
        state_ = State::size_lf;
        return {};
      }
      if (!is_in(c, kFieldValue)) return parse_failure(400, "chunk extension: control character");
      follow_quotes(c);
      if (++extension_bytes_ > limits_.max_extension_bytes) return parse_failure(400, "chunk extensions too long");
      return {};
    case State::size_lf:
      if (c != '\n') return parse_failure(400, "chunk size: CR without LF");
      state_ = left_ == 0 ? State::trailers : State::data;
      return {};
    case State::data_cr:
      if (c != '\r') return parse_failure(400, "chunk: no CRLF after its data");
      state_ = State::data_lf;
      return {};
    case State::data_lf:
      if (c != '\n') return parse_failure(400, "chunk: no CRLF after its data");
      state_ = State::size_start;
      return {};
    case State::data:
    case State::trailers:
    case State::done:
      break;
  }
  return parse_failure(400, "chunk: no framing expected here");
}

// RFC 9110 section 5.6.4.
void ChunkedDecoder::follow_quotes(char c) {
  if (quote_ == Quote::escape) {
    quote_ = Quote::string;
  } else if (c == '"') {
    quote_ = quote_ == Quote::none ? Quote::string : Quote::none;
  } else if (c == '\\' && quote_ == Quote::string) {
    quote_ = Quote::escape;
  }
}

// chunk-size = 1*HEXDIG. White space after it (RFC 9112 calls it "bad") is refused: some count it to the size.
Parsed<> ChunkedDecoder::take_size_byte(char c) {
  if (state_ == State::size_start) size_digits_ = 0;
  if (const int digit = hex_value(c); digit >= 0) {
    if (++size_digits_ > kMaxSizeDigits || left_ > kMaxChunk >> 4) return parse_failure(400, "chunk size: too large");
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    state_ = State::size;
    return {};
  }
  if (state_ == State::size && c == '\r') {
    state_ = State::size_lf;
    return {};
  }
  if (state_ == State::size && c == ';') {
    state_ = State::extension;
    return {};
  }
  return parse_failure(400, "chunk size: not a hexadecimal number");
}

Parsed<> ChunkedDecoder::check_trailers() const {
  for (const Field field : trailers_.fields()) {
    for (const std::string_view forbidden : {"content-length", "transfer-encoding", "host"}) {
      if (equal_ignoring_case(field.name, forbidden)) {
        return parse_failure(400, "trailer section: " + std::string(forbidden) + " is no trailer");
      }
    }
  }
  return {};
}

void append_trailers(const Headers& trailers, std::string& out) {
  for (const Field field : trailers) {
    if (!has_good_name(field) || !has_good_value(field)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
}

void append_chunk_header(std::string& out, std::uint64_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  char text[16];
  std::size_t first = sizeof text;
  do {
    text[--first] = kDigits[size & 15];
    size >>= 4;
  } while (size != 0);
  out.append(text + first, sizeof text - first);
  out += "\r\n";
}

}  // namespace sallyport::http
