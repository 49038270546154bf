#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/text.hpp"
#include "base/words.hpp"

// Field names as numbers: those that messages usually have, and those that somebody here asks for. A name is looked at
// once, when its field enters a message; whoever asks for it later compares numbers.
namespace sallyport::http {

// A place in kFieldNames, or kOtherField.
enum class FieldId : std::uint8_t {};
inline constexpr FieldId kOtherField{63};

inline constexpr std::array<std::string_view, 63> kFieldNames{"accept",
                                                              "accept-encoding",
                                                              "accept-language",
                                                              "accept-ranges",
                                                              "authorization",
                                                              "cache-control",
                                                              "connection",
                                                              "content-disposition",
                                                              "content-encoding",
                                                              "content-length",
                                                              "content-location",
                                                              "content-security-policy",
                                                              "content-type",
                                                              "cookie",
                                                              "date",
                                                              "etag",
                                                              "expect",
                                                              "expires",
                                                              "forwarded",
                                                              "host",
                                                              "http2-settings",
                                                              "if-modified-since",
                                                              "if-none-match",
                                                              "iv-groups",
                                                              "iv-remote-address",
                                                              "iv-user",
                                                              "keep-alive",
                                                              "last-modified",
                                                              "location",
                                                              "origin",
                                                              "priority",
                                                              "proxy-connection",
                                                              "range",
                                                              "referer",
                                                              "refresh",
                                                              "sec-fetch-dest",
                                                              "sec-fetch-mode",
                                                              "sec-fetch-site",
                                                              "sec-fetch-user",
                                                              "sec-websocket-accept",
                                                              "sec-websocket-key",
                                                              "sec-websocket-version",
                                                              "server",
                                                              "service-worker-allowed",
                                                              "set-cookie",
                                                              "set-cookie2",
                                                              "strict-transport-security",
                                                              "te",
                                                              "trailer",
                                                              "transfer-encoding",
                                                              "upgrade",
                                                              "upgrade-insecure-requests",
                                                              "user-agent",
                                                              "vary",
                                                              "via",
                                                              "www-authenticate",
                                                              "x-content-type-options",
                                                              "x-forwarded-for",
                                                              "x-forwarded-host",
                                                              "x-forwarded-proto",
                                                              "x-frame-options",
                                                              "x-request-id",
                                                              "x-requested-with"};

namespace detail {

// Its factors were found by trying: no two of the names get the same number (make_field_slots() sees to it).
constexpr std::uint8_t field_hash(std::string_view name) {
  const auto at = [name](std::size_t index) {
    return static_cast<unsigned>(static_cast<unsigned char>(name[index])) | 0x20u;
  };
  const auto size = static_cast<unsigned>(name.size());
  return static_cast<std::uint8_t>(size * 154 + at(0) * 105 + at(name.size() - 1) * 251 + at(name.size() - 2) * 166);
}

consteval std::array<FieldId, 256> make_field_slots() {
  std::array<FieldId, 256> slots{};
  slots.fill(kOtherField);
  for (std::uint8_t i = 0; i < kFieldNames.size(); ++i) {
    for (const char c : kFieldNames[i]) {
      if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '-') throw "not in the one spelling";  // see is_name()
    }
    FieldId& slot = slots[field_hash(kFieldNames[i])];
    if (slot != kOtherField) throw "two names in one slot: field_hash() needs other factors";
    slot = FieldId{i};
  }
  return slots;
}
inline constexpr std::array<FieldId, 256> kFieldSlots = make_field_slots();

// Is the name `known`, one of kFieldNames, in any case?
constexpr bool is_name(std::string_view name, std::string_view known) {
  if (name.size() != known.size()) return false;
  if (std::is_constant_evaluated() || known.size() < words::kSize / 2) return equal_ignoring_case(name, known);
  return words::agree(name.data(), known.data(), known.size(), words::equal_to_lower);
}

}  // namespace detail

// A name that has a number, in lower case, there for ever.
constexpr std::string_view text_of(FieldId known) {
  return kFieldNames[static_cast<std::size_t>(known)];
}

// By name in any case (RFC 9110 section 5.1) and exactly so: "content_length" is another name, see folded().
constexpr FieldId field_id(std::string_view name) {
  if (name.size() < 2) return kOtherField;
  const FieldId candidate = detail::kFieldSlots[detail::field_hash(name)];
  if (candidate == kOtherField) return kOtherField;
  return detail::is_name(name, text_of(candidate)) ? candidate : kOtherField;
}

// A name to look for or to add. Literals get their number when they are compiled. It does not own the text.
class FieldName {
 public:
  template <std::size_t N>
  consteval FieldName(const char (&literal)[N]) : text_(literal, N - 1), id_(field_id(text_)) {}
  constexpr FieldName(std::string_view text) : text_(text), id_(field_id(text)) {}
  FieldName(const std::string& text) : FieldName(std::string_view(text)) {}
  // `id` is field_id(text).
  constexpr FieldName(std::string_view text, FieldId id) : text_(text), id_(id) {}

  constexpr std::string_view text() const { return text_; }
  constexpr FieldId id() const { return id_; }

 private:
  std::string_view text_;
  FieldId id_;
};

// Some of the names that have a number.
class FieldIds {
 public:
  constexpr FieldIds() = default;
  consteval FieldIds(std::initializer_list<FieldName> names) {
    for (const FieldName name : names) add(name.id());
  }
  constexpr void add(FieldId id) { bits_ |= bit(id); }
  constexpr bool has(FieldId id) const { return (bits_ & bit(id)) != 0; }
  constexpr void clear() { bits_ = 0; }
  constexpr FieldIds without(FieldIds others) const {
    FieldIds rest;
    rest.bits_ = bits_ & ~others.bits_;
    return rest;
  }

 private:
  static constexpr std::uint64_t bit(FieldId id) { return std::uint64_t{1} << static_cast<unsigned>(id); }
  std::uint64_t bits_ = 0;
};

}  // namespace sallyport::http
