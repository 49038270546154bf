#include "login/qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace sallyport::login {
namespace {

constexpr std::size_t kQuiet = 4;

}  // namespace

Result<QrCode> QrCode::make(std::string_view text) {
  const Secret copy(text);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(copy.reveal().data()), 0,
                        QR_ECLEVEL_M),
      &QRcode_free);
  if (!code) return fail(Errc::too_large, "the text is too long for a QR code");
  const auto width = static_cast<std::size_t>(code->width);
  QrCode made;
  made.side_ = width + 2 * kQuiet;
  made.dark_.resize(made.side_ * made.side_);
  for (std::size_t row = 0; row < width; ++row) {
    for (std::size_t column = 0; column < width; ++column) {
      made.dark_[(row + kQuiet) * made.side_ + column + kQuiet] = (code->data[row * width + column] & 1) != 0;
    }
  }
  return made;
}

bool QrCode::is_dark(std::size_t row, std::size_t column) const {
  return row < side_ && column < side_ && dark_[row * side_ + column];
}

Secret QrCode::svg_path() const {
  std::string out;
  for (std::size_t row = 0; row < side_; ++row) {
    for (std::size_t column = 0; column < side_; ++column) {
      if (!is_dark(row, column)) continue;
      std::size_t length = 1;
      while (is_dark(row, column + length)) ++length;
      out += "M" + std::to_string(column) + " " + std::to_string(row) + "h" + std::to_string(length) + "v1h-" +
             std::to_string(length) + "z";
      column += length;
    }
  }
  return Secret::take(std::move(out));
}

Secret QrCode::terminal_text() const {
  std::string out;
  for (std::size_t row = 0; row < side_; row += 2) {
    out += "\x1b[30;107m";  // black on white
    for (std::size_t column = 0; column < side_; ++column) {
      const bool upper = is_dark(row, column);
      const bool lower = is_dark(row + 1, column);
      out += upper && lower ? "\u2588" : upper ? "\u2580" : lower ? "\u2584" : " ";
    }
    out += "\x1b[0m\n";
  }
  return Secret::take(std::move(out));
}

}  // namespace sallyport::login
