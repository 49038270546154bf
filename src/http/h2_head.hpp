#pragma once

#include <string>
#include <string_view>

#include "http/chunked.hpp"
#include "http/framing.hpp"
#include "http/h1_parser.hpp"
#include "http/message.hpp"
#include "http/parse_error.hpp"

namespace sallyport::http {

// Judges the fields of a head or of a trailer section of HTTP/2, one after the other: the characters and the limits of
// HTTP/1, and what RFC 9113 section 8.2 adds.
class H2FieldJudge {
 public:
  explicit H2FieldJudge(const HeadLimits& limits) : limits_(limits) {}
  // The field, judged, made of both views. Errors: 400, 431.
  Parsed<Field> judge(std::string_view name_text, std::string_view value);
  bool has_seen_none() const { return count_ == 0; }

 private:
  HeadLimits limits_;
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
};

// Makes a RequestHead of the fields of an HTTP/2 request, judged as strictly as one of HTTP/1: the same characters, the
// same limits, the same form of target. A request line, fields, one Host: nobody further in can tell which version a
// request came by, but for RequestHead::version.
class H2RequestMaker {
 public:
  explicit H2RequestMaker(const HeadLimits& limits) : limits_(limits) {}

  // The fields in their order, pseudo-fields too. Too many, or too long ones, are dropped; finish() says so.
  void add(std::string_view name, std::string_view value);
  // The head. Extended CONNECT for a WebSocket becomes the GET that HTTP/1.1 would ask by, with asks_for_tunnel. Errors:
  // 400 (malformed: a stream error PROTOCOL_ERROR, RFC 9113 section 8.1.1), 414, 431, 501 (CONNECT to anywhere, or for
  // another protocol).
  Parsed<RequestHead> finish();

 private:
  Parsed<> add_regular(std::string_view name, std::string_view value);
  Parsed<> add_pseudo(std::string_view name, std::string_view value);
  void begin_fields();

  HeadLimits limits_;
  Parsed<> verdict_;
  std::string method_;
  std::string path_;
  std::string scheme_;
  std::string authority_;
  std::string protocol_;
  std::string host_;
  std::string cookie_;  // RFC 9113 section 8.2.3: crumbs are joined before anybody reads them
  bool has_host_ = false;
  bool has_authority_ = false;
  bool has_protocol_ = false;
  Headers fields_;
  H2FieldJudge judge_{limits_};
};

// The same for the head of a response: every error has status 502. One for each head, interim ones too.
class H2ResponseMaker {
 public:
  explicit H2ResponseMaker(const HeadLimits& limits) : judge_(limits) {}
  void add(std::string_view name, std::string_view value);
  Parsed<ResponseHead> finish();

 private:
  Parsed<> verdict_;
  H2FieldJudge judge_;
  ResponseHead head_;
};

// A trailer section, with the limits that it has in HTTP/1 too. Errors: 400, 431.
class H2TrailerMaker {
 public:
  void add(std::string_view name, std::string_view value);
  Parsed<Headers> finish();

 private:
  static HeadLimits limits() {
    const ChunkedLimits chunked;
    HeadLimits limits;
    limits.max_head = chunked.max_trailer_bytes;
    limits.max_field_count = chunked.max_trailer_count;
    return limits;
  }

  Parsed<> verdict_;
  H2FieldJudge judge_{limits()};
  Headers fields_;
};

// How long the body of an HTTP/2 request is. `ended`: the head was all. `chunked` stands for a length that is not known
// before the end. What follows a request for a tunnel is no body. Errors: 400.
Parsed<Framing> decide_h2_framing(const RequestHead& head, bool ended);
// The same for a response that is no interim one. Errors: 502.
Parsed<Framing> decide_h2_framing(const ResponseHead& head, std::string_view request_method, bool ended);

// Is the name one of those that belong to a connection of HTTP/1 and are malformed in HTTP/2 (RFC 9113 section 8.2.2)?
bool is_connection_specific(FieldName name);

}  // namespace sallyport::http
