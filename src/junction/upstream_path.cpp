#include "junction/upstream_path.hpp"

#include <optional>

#include "base/encoding.hpp"

namespace sallyport::junction {
namespace {

// One segment of a wire path as policy sees it: without parameters, decoded. Nothing if it is not encoded correctly.
std::optional<std::string> judged_segment(std::string_view segment) {
  return percent_decoded(segment.substr(0, segment.find(';')));
}

// The first segment of `path`, which begins with '/'; `path` is left at the next '/', or empty.
std::string_view take_segment(std::string_view& path) {
  const auto end = path.find('/', 1);
  const std::string_view segment = path.substr(1, end == std::string_view::npos ? end : end - 1);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  return segment;
}

// Is its wire form its only reading: nothing encoded, no parameters, no segment that is empty or of dots?
bool is_plain(std::string_view path) {
  return path.find('%') == std::string_view::npos && path.find(';') == std::string_view::npos &&
         path.find("/.") == std::string_view::npos && path.find("//") == std::string_view::npos;
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
  if (path == wire_path && is_plain(path)) {
    const std::string_view rest = point == "/" ? path : path.substr(point.size());
    return std::string(rest.empty() ? std::string_view("/") : rest);
  }
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
  return percent_encoded(path, "!$&'()*+,=:@/");
}

}  // namespace sallyport::junction
