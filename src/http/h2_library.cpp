#include "http/h2_library.hpp"

#include <algorithm>
#include <new>

#include "base/text.hpp"
#include "http/field_check.hpp"
#include "http/h2_error.hpp"
#include "http/h2_head.hpp"

namespace sallyport::http {
namespace {

constexpr unsigned kFirstUnknownType = 0x0a;
// Kept of a buffer that was larger once.
constexpr std::size_t kKeptCapacity = 64 * 1024;
constexpr std::size_t kFrameHeader = 9;

}  // namespace

std::string_view name_of(H2Error error) {
  static constexpr std::string_view kNames[] = {"NO_ERROR",
                                                "PROTOCOL_ERROR",
                                                "INTERNAL_ERROR",
                                                "FLOW_CONTROL_ERROR",
                                                "SETTINGS_TIMEOUT",
                                                "STREAM_CLOSED",
                                                "FRAME_SIZE_ERROR",
                                                "REFUSED_STREAM",
                                                "CANCEL",
                                                "COMPRESSION_ERROR",
                                                "CONNECT_ERROR",
                                                "ENHANCE_YOUR_CALM",
                                                "INADEQUATE_SECURITY",
                                                "HTTP_1_1_REQUIRED"};
  const auto code = static_cast<std::size_t>(error);
  return code < std::size(kNames) ? kNames[code] : "an unknown error";
}

std::unique_ptr<nghttp2_option, OptionDeleter> make_h2_options() {
  nghttp2_option* option = nullptr;
  if (nghttp2_option_new(&option) != 0) throw std::bad_alloc();
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_outbound_ack(option, 100);
  nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_PRIORITY_UPDATE);
  // Of unknown types nghttp2 would tell us nothing, so that nobody could count them.
  for (unsigned type = kFirstUnknownType; type <= UINT8_MAX; ++type) {
    if (type != NGHTTP2_PRIORITY_UPDATE) {
      nghttp2_option_set_user_recv_extension_type(option, static_cast<std::uint8_t>(type));
    }
  }
  return std::unique_ptr<nghttp2_option, OptionDeleter>(option);
}

std::unique_ptr<nghttp2_session_callbacks, CallbacksDeleter> make_h2_callbacks() {
  nghttp2_session_callbacks* raw = nullptr;
  if (nghttp2_session_callbacks_new(&raw) != 0) throw std::bad_alloc();
  return std::unique_ptr<nghttp2_session_callbacks, CallbacksDeleter>(raw);
}

H2FieldBlock::H2FieldBlock(std::size_t pseudo, const Headers& headers)
    : many_(pseudo + headers.size() > kFew ? new nghttp2_nv[pseudo + headers.size()] : nullptr),
      fields_(many_ ? many_.get() : few_.data()) {}

void H2FieldBlock::push(std::string_view name, std::string_view value, nghttp2_nv_flag flags) {
  fields_[size_++] = nghttp2_nv{const_cast<std::uint8_t*>(bytes_of(name)), const_cast<std::uint8_t*>(bytes_of(value)),
                                name.size(), value.size(), static_cast<std::uint8_t>(flags)};
}

Result<> H2FieldBlock::add(const Headers& headers, FieldName without) {
  for (const Field field : headers) {
    if (is_connection_specific(field.known_name()) || field.is(without)) continue;
    if (!has_good_name(field) || !has_good_value(field)) {
      return fail(Errc::internal, "head not written: field '" + log_escaped(field.name, 64) + "' cannot be written");
    }
    if (field.id == kOtherField) {
      push(field.name, field.value, NGHTTP2_NV_FLAG_NONE);
    } else {
      push(text_of(field.id), field.value, NGHTTP2_NV_FLAG_NO_COPY_NAME);
    }
  }
  return {};
}

void H2OutgoingBody::add(std::string_view piece) {
  // A long body never comes to the end of its buffer: what has gone out is taken away when it is most of it.
  if (sent_ > bytes_.size() / 2) {
    bytes_.erase(0, sent_);
    sent_ = 0;
  }
  bytes_ += piece;
}

ssize_t H2OutgoingBody::offer(nghttp2_session* session, std::int32_t stream, std::size_t size,
                              std::uint32_t* flags) const {
  const std::size_t left = unsent();
  if (left == 0 && !ended_) return NGHTTP2_ERR_DEFERRED;
  const std::size_t taken = std::min(left, size);
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (taken < left || !ended_) return static_cast<ssize_t>(taken);
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  if (trailers_.empty()) return static_cast<ssize_t>(taken);
  // Those that cannot be written are not missed by anybody: what the body is, is said already.
  H2FieldBlock block(0, trailers_);
  if (!block.add(trailers_)) return static_cast<ssize_t>(taken);
  if (nghttp2_submit_trailer(session, stream, block.data(), block.size()) == 0) {
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
  }
  return static_cast<ssize_t>(taken);
}

void H2OutgoingBody::take(const std::uint8_t* header, std::size_t size, std::string& out) {
  out.append(text_of(header, kFrameHeader)).append(bytes_, sent_, size);
  sent_ += size;
  if (sent_ < bytes_.size()) return;
  if (bytes_.capacity() > kKeptCapacity) std::string().swap(bytes_);
  bytes_.clear();
  sent_ = 0;
}

}  // namespace sallyport::http
