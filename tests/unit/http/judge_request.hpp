#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/chunked.hpp"
#include "http/framing.hpp"
#include "http/h1_parser.hpp"
#include "http/target.hpp"

namespace sallyport::http {

// Everything that reading one request from a byte stream gives, for comparing.
struct Judged {
  int status = 0;         // of the error; 0: a whole request was read
  bool complete = false;  // neither complete nor status: more bytes are needed
  std::string head;       // method, target and fields
  std::string path;
  std::string body;
  std::size_t consumed = 0;

  friend bool operator==(const Judged&, const Judged&) = default;
};

inline std::string to_text(const Headers& headers) {
  std::string text;
  for (const Field field : headers) text.append(field.name).append(": ").append(field.value).append("\n");
  return text;
}

// Reads one request from bytes that come in these pieces.
class RequestJudge {
 public:
  Judged run(const std::vector<std::string_view>& pieces) {
    for (std::string_view piece : pieces) {
      if (!feed_head(piece) || !feed_body(piece)) break;
    }
    return judged_;
  }

 private:
  bool feed_head(std::string_view& piece) {
    if (in_body_) return true;
    const auto fed = parser_.feed(piece);
    if (!fed) return stop(fed.error().status);
    take(piece, *fed);
    if (!parser_.complete()) return true;
    const RequestHead head = parser_.take();
    judged_.head = head.method + " " + head.target + "\n" + to_text(head.headers);
    const auto framing = decide_framing(head);
    if (!framing) return stop(framing.error().status);
    const auto target = canonicalize(head, TargetRules{});
    if (!target) return stop(target.error().code == Errc::too_large ? 414 : 400);
    judged_.path = target->path();
    framing_ = *framing;
    in_body_ = true;
    if (framing_.kind != Framing::Kind::chunked) judged_.complete = true;
    return true;
  }

  bool feed_body(std::string_view& piece) {
    while (in_body_ && !judged_.complete && !piece.empty()) {
      const auto step = decoder_.step(piece);
      if (!step) return stop(step.error().status);
      judged_.body += step->data;
      take(piece, step->consumed);
      judged_.complete = decoder_.done();
    }
    return !judged_.complete;
  }

  void take(std::string_view& piece, std::size_t count) {
    piece.remove_prefix(count);
    judged_.consumed += count;
  }

  bool stop(int status) {
    judged_ = Judged();
    judged_.status = status;
    return false;
  }

  RequestParser parser_;
  ChunkedDecoder decoder_;
  Framing framing_;
  bool in_body_ = false;
  Judged judged_;
};

inline Judged judge_request(const std::vector<std::string_view>& pieces) {
  return RequestJudge().run(pieces);
}

}  // namespace sallyport::http
