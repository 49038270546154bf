#pragma once

#include <cstddef>
#include <string_view>

#include "http/h1_fields.hpp"
#include "http/message.hpp"
#include "http/parse_error.hpp"

// HTTP/1 heads, read strictly (RFC 9112): what two parties could read in two ways is refused. Bodies are not looked
// at: framing.hpp says how long they are.
namespace sallyport::http {

struct HeadLimits {
  std::size_t max_method = 32;         // longer: 501
  std::size_t max_start_line = 16384;  // request line or status line with its ending; longer: 414
  std::size_t max_head = 65536;        // all field lines with their endings; longer: 431
  std::size_t max_field_count = 100;   // more: 431
};

// Reads one request head after the other. Feeding bytes in pieces gives the same result as feeding them at once.
class RequestParser {
 public:
  explicit RequestParser(const HeadLimits& limits = {});

  // Takes bytes up to the end of the head; how many of them were taken: all, unless complete() is true now. The bytes
  // after the head belong to the body or to the next request. On an error the status to answer is in it, the
  // connection must be closed afterwards, and the parser must not be fed again.
  Parsed<std::size_t> feed(std::string_view bytes);

  bool complete() const { return state_ == State::complete; }
  // Has a part of a head come (one empty line before it does not count)? If not, the connection is idle.
  bool started() const;
  // The head, once complete(). The parser is ready for the next one then.
  RequestHead take();

 private:
  enum class State : std::uint8_t { start_line, fields, complete };

  Parsed<bool> feed_start_line(std::string_view& bytes);
  Parsed<> parse_request_line(std::string_view line);
  Parsed<> check_method_so_far(std::string_view line) const;
  Parsed<> check_host() const;

  HeadLimits limits_;
  State state_ = State::start_line;
  bool skipped_empty_line_ = false;
  LineReader lines_;
  FieldSection fields_;
  RequestHead head_;
};

// The same for responses: every error has status 502. 1xx responses are heads like others; the caller takes them and
// feeds on.
class ResponseParser {
 public:
  explicit ResponseParser(const HeadLimits& limits = {});

  Parsed<std::size_t> feed(std::string_view bytes);
  bool complete() const { return state_ == State::complete; }
  bool started() const;
  ResponseHead take();

 private:
  enum class State : std::uint8_t { start_line, fields, complete };

  Parsed<bool> feed_start_line(std::string_view& bytes);
  Parsed<> parse_status_line(std::string_view line);

  HeadLimits limits_;
  State state_ = State::start_line;
  LineReader lines_;
  FieldSection fields_;
  ResponseHead head_;
};

}  // namespace sallyport::http
