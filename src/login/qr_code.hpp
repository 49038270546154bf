#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sallyport::login {

// A QR code (ISO/IEC 18004) of a text, with a quiet zone of four modules around it. What it shows is as secret as the
// text.
class QrCode {
 public:
  // Error: too_large.
  static Result<QrCode> make(std::string_view text);

  // Modules on a side, the quiet zone included.
  std::size_t side() const { return side_; }
  bool is_dark(std::size_t row, std::size_t column) const;

  // The dark modules as the data of an SVG path, one unit a module, in a field of side() units.
  Secret svg_path() const;
  // For a terminal: two modules a character, in a font whose lines touch; dark on light, whatever the terminal's colours
  // are.
  Secret terminal_text() const;

 private:
  QrCode() = default;
  std::size_t side_ = 0;
  std::vector<bool> dark_;
};

}  // namespace sallyport::login
