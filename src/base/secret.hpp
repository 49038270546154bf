#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace sallyport {

// Bytes that must not be seen: a password, a key, a session id. There is no formatter and no operator<<, so that
// logging one does not compile; the bytes are wiped on destruction and when moved from. Use reveal() where the
// bytes really are needed, and nowhere else.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view bytes) : bytes_(bytes) {}
  // Takes the bytes over and wipes the string they came from.
  static Secret take(std::string&& bytes);
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  std::string_view reveal() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }

  // Takes as long for equal as for different bytes of one length.
  friend bool operator==(const Secret& a, const Secret& b);

 private:
  std::string bytes_;
};

// Overwrites the string's storage with zeros, in a way that the optimiser keeps, and empties it.
void wipe(std::string& bytes);
// Overwrites it with zeros in the same way.
void wipe(std::span<char> bytes);

// Compares without telling by its time where the first difference is (it does tell whether the lengths differ).
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace sallyport
