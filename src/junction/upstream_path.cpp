#include "junction/upstream_path.hpp"

#include <optional>

#include "base/text.hpp"

namespace sallyport::junction {
namespace {

// One segment of a wire path as policy sees it: without parameters, decoded. Nothing if it is not encoded correctly.
std::optional<std::string> judged_segment(std::string_view segment) {
  segment = segment.substr(0, segment.find(';'));
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      out += segment[i];
      continue;
    }
    if (segment.size() - i < 3) return std::nullopt;
    const int high = hex_value(segment[i + 1]);
    const int low = hex_value(segment[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// The first segment of `path`, which begins with '/'; `path` is left at the next '/', or empty.
std::string_view take_segment(std::string_view& path) {
  const auto end = path.find('/', 1);
  const std::string_view segment = path.substr(1, end == std::string_view::npos ? end : end - 1);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  return segment;
}

}  // namespace

bool covers(std::string_view point, std::string_view path) {
  if (point == "/") return path.starts_with('/');
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

Result<std::string> strip_point(std::string_view point, std::string_view path, std::string_view wire_path) {
  const auto disagree = [] {
    return fail(Errc::malformed, "the path cannot be mapped below its junction", Side::client);
  };
  if (!covers(point, path) || !wire_path.starts_with('/')) return disagree();
  std::string_view wire = wire_path;
  std::string_view left = point == "/" ? std::string_view() : point;
  while (!left.empty()) {
    if (wire.empty()) return disagree();
    const auto segment = judged_segment(take_segment(wire));
    if (!segment || *segment != take_segment(left)) return disagree();
  }
  const std::string_view rest = wire.empty() ? std::string_view("/") : wire;

  std::string_view expected = point == "/" ? path : path.substr(point.size());
  if (expected.empty()) expected = "/";
  std::string judged;
  for (std::string_view remaining = rest; !remaining.empty();) {
    const auto segment = judged_segment(take_segment(remaining));
    if (!segment || *segment == "." || *segment == "..") return disagree();
    if (segment->empty() && !remaining.empty()) return disagree();
    judged += '/';
    judged += *segment;
  }
  if (judged != expected) return disagree();
  return std::string(rest);
}

std::string encoded_path(std::string_view path) {
  static constexpr std::string_view kKept = "-._~!$&'()*+,=:@/";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    if (is_alnum(c) || kKept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

}  // namespace sallyport::junction
