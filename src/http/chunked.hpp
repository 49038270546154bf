#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/h1_fields.hpp"
#include "http/parse_error.hpp"

// The chunked transfer coding (RFC 9112 section 7.1), both ways.
namespace sallyport::http {

struct ChunkedLimits {
  std::size_t max_extension_bytes = 4096;  // of all chunk extensions of one body: they are dropped, so why send them
  std::size_t max_trailer_bytes = 8192;    // the trailer section
  std::size_t max_trailer_count = 32;
};

// Reads one chunked body. It holds no payload: what it finds are views into the caller's bytes.
class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(const ChunkedLimits& limits = {});

  struct Step {
    std::size_t consumed = 0;  // bytes taken from the input, `data` included
    std::string_view data;     // payload, a part of the input; may be empty
  };

  // Takes framing bytes and then at most one piece of payload from the front of `input`. Call it again with the rest
  // until that is empty or done() is true; what is left then belongs to the next message. Errors (400; 431 for the
  // trailer section): a chunk size that is no hexadecimal number below 2^63, white space or control characters where
  // they may not be, line ends other than CRLF, a quoted string that does not end with its line, a limit passed,
  // Content-Length, Transfer-Encoding or Host as a trailer. After an error the decoder must not be fed again.
  Parsed<Step> step(std::string_view input);

  bool done() const { return state_ == State::done; }
  // The trailer fields once done(). They are for inspection: nothing may be merged into the head (RFC 9110 section
  // 6.5.1), and they go no further unless a list allows them.
  const Headers& trailers() const { return trailers_.fields(); }

 private:
  enum class State : std::uint8_t { size_start, size, extension, size_lf, data, data_cr, data_lf, trailers, done };

  enum class Quote : std::uint8_t { none, string, escape };

  Parsed<> take_framing_byte(char c);
  void follow_quotes(char c);
  Parsed<> take_size_byte(char c);
  Parsed<> check_trailers() const;

  ChunkedLimits limits_;
  State state_ = State::size_start;
  std::uint64_t left_ = 0;  // of the chunk: its size while that is read, 0 before and after
  unsigned size_digits_ = 0;
  std::size_t extension_bytes_ = 0;
  Quote quote_ = Quote::none;  // in an extension
  LineReader lines_;
  FieldSection trailers_;
};

// Appends the line before a chunk of `size` bytes; size is not 0. After the payload comes append_chunk_end().
void append_chunk_header(std::string& out, std::uint64_t size);
inline void append_chunk_end(std::string& out) {
  out += "\r\n";
}
// Appends fields as they stand in a trailer section; those that cannot be written are left out.
void append_trailers(const Headers& trailers, std::string& out);
// Appends the last chunk and the trailer section: `trailers` as append_trailers() wrote it.
inline void append_last_chunk(std::string& out, std::string_view trailers = {}) {
  out.append("0\r\n").append(trailers).append("\r\n");
}

}  // namespace sallyport::http
