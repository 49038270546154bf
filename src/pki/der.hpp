#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

// DER (X.690), read strictly and without copies: what GnuTLS has no function for, or one that takes more memory than the
// bytes are worth. Views are into the bytes that were given.
namespace sallyport::pki {

namespace der {

inline constexpr std::uint8_t kBoolean = 0x01;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kOid = 0x06;
inline constexpr std::uint8_t kUtf8String = 0x0c;
inline constexpr std::uint8_t kUtcTime = 0x17;
inline constexpr std::uint8_t kGeneralizedTime = 0x18;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
// Context-specific tags, as IMPLICIT of a primitive and as EXPLICIT or IMPLICIT of a constructed type have them.
constexpr std::uint8_t primitive(unsigned number) { return static_cast<std::uint8_t>(0x80 | number); }
constexpr std::uint8_t constructed(unsigned number) { return static_cast<std::uint8_t>(0xa0 | number); }

// One element. Tags above 30 do not occur in what is read here, and are refused.
struct Value {
  std::uint8_t tag = 0;
  std::string_view content;
  std::string_view whole;  // with tag and length
};

// The elements of a constructed value, one after the other. After anything that is wrong, nothing more comes.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  // The next element; nothing at the end, and if the bytes are no DER: see failed().
  std::optional<Value> next();
  // The next element, if it has this tag; otherwise nothing, and it stays.
  std::optional<Value> next_if(std::uint8_t tag);
  // The next element, which must have this tag; otherwise the reader has failed.
  std::optional<Value> expect(std::uint8_t tag);

  bool at_end() const { return rest_.empty(); }
  bool failed() const { return failed_; }
  void fail() {
    failed_ = true;
    rest_ = {};
  }

 private:
  std::optional<Value> peek() const;
  std::string_view rest_;
  bool failed_ = false;
};

// The only element of the bytes, with nothing behind it.
std::optional<Value> only(std::string_view bytes, std::uint8_t tag);

// "1.2.840.113549", of the content of an OBJECT IDENTIFIER; nothing if it is none.
std::optional<std::string> oid_text(std::string_view content);
// Of the content of a BOOLEAN; nothing unless it is one of the two that DER knows.
std::optional<bool> boolean(std::string_view content);
// UTCTime and GeneralizedTime as RFC 5280 section 4.1.2.5 has them: with seconds, in UTC, no fractions.
std::optional<WallTime> time(const Value& value);
// The content of an INTEGER without leading zeros; nothing for one that is negative, or empty.
std::optional<std::string_view> unsigned_integer(std::string_view content);

}  // namespace der

}  // namespace sallyport::pki
