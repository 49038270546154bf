#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

// What of nghttp2 the two ends of an HTTP/2 connection need in other forms. Only for h2_core and its two ends.
namespace sallyport::http {

// Of what a useful exchange gives back to the allowance for frames that carry nothing: a transfer needs a WINDOW_UPDATE
// now and then, and many browsers send PRIORITY_UPDATE with each request.
inline constexpr double kFramesPerRequest = 8;
inline constexpr double kBytesPerFrame = 2048;
// A short message that is sent at once brings windows for stream and connection, and gRPC measures its way by PINGs.
inline constexpr double kFramesPerMessage = 4;
// A head that is longer than the limit is answered; one that is so much longer is no accident (HPACK bombs: a byte
// that stands for four thousand).
inline constexpr std::size_t kMostOverLimit = 4;
inline constexpr std::size_t kFieldOverhead = 32;  // RFC 9113 section 6.5.2

inline const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}
inline std::string_view text_of(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return text_of(bytes.base, bytes.len);
}

struct OptionDeleter {
  void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};
struct CallbacksDeleter {
  void operator()(nghttp2_session_callbacks* callbacks) const { nghttp2_session_callbacks_del(callbacks); }
};

// Windows are ours to give; frames of unknown types are shown to us, so that somebody counts them.
std::unique_ptr<nghttp2_option, OptionDeleter> make_h2_options();
std::unique_ptr<nghttp2_session_callbacks, CallbacksDeleter> make_h2_callbacks();

// Fields in the form that nghttp2 takes them in, of a head that is not changed meanwhile: the usual one needs no memory
// but the stack's.
class H2FieldBlock {
 public:
  // With room for `pseudo` pseudo-fields and these headers.
  H2FieldBlock(std::size_t pseudo, const Headers& headers);
  H2FieldBlock(const H2FieldBlock&) = delete;
  H2FieldBlock& operator=(const H2FieldBlock&) = delete;
  // `name` and `value` must outlive the block's use.
  void add_pseudo(std::string_view name, std::string_view value) {
    push(name, value, NGHTTP2_NV_FLAG_NONE);
  }
  // All but those of a connection of HTTP/1 and those called `without`; nghttp2 copies them but the names that it need
  // not; names go in lower case (RFC 9113 section 8.2.1). Errors: internal, for a field that cannot be written.
  Result<> add(const Headers& headers, FieldName without = std::string_view());

  const nghttp2_nv* data() const { return fields_; }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kFew = 24;

  void push(std::string_view name, std::string_view value, nghttp2_nv_flag flags);

  std::array<nghttp2_nv, kFew> few_;
  const std::unique_ptr<nghttp2_nv[]> many_;
  nghttp2_nv* const fields_;
  std::size_t size_ = 0;
};

// A body on its way out: what was given and is in no frame yet.
class H2OutgoingBody {
 public:
  void add(std::string_view piece);
  // What follows the last piece; see end().
  void add_trailers(const Headers& trailers) { trailers_ = trailers; }
  void end() { ended_ = true; }
  bool ended() const { return ended_; }
  std::size_t unsent() const { return bytes_.size() - sent_; }

  // For nghttp2's callbacks: how much of it goes into a frame of at most `size` bytes, with the flags for that frame.
  ssize_t offer(nghttp2_session* session, std::int32_t stream, std::size_t size, std::uint32_t* flags) const;
  // How many frames that carry nothing may follow such a frame. Who gives windows byte by byte gains nothing by it:
  // only a frame with which all is said for now counts as a message.
  double worth_of(std::size_t size) const {
    return static_cast<double>(size) / kBytesPerFrame + (unsent() == 0 ? kFramesPerMessage : 0);
  }
  // The frame, with its header, is appended.
  void take(const std::uint8_t* header, std::size_t size, std::string& out);

 private:
  std::string bytes_;  // from `sent_` on: not in a frame yet
  std::size_t sent_ = 0;
  bool ended_ = false;
  Headers trailers_;
};

}  // namespace sallyport::http
