#include "http/languages.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/media.hpp"

namespace sallyport::http {
namespace {

constexpr std::size_t kMostRanges = 32;  // more are not looked at

struct Range {
  std::string tag;
  unsigned weight;
};

std::vector<Range> ranges_of(const Headers& headers) {
  std::vector<Range> ranges;
  for (const Field field : headers) {
    if (!field.is("accept-language")) continue;
    for (const std::string_view piece : split(field.value, ',')) {
      const std::string_view tag = trimmed(piece.substr(0, piece.find(';')));
      const unsigned weight = weight_of(piece);
      if (ranges.size() == kMostRanges || weight == 0 || !is_language_tag(tag)) continue;
      const auto is_heavier = [](unsigned w, const Range& range) { return w > range.weight; };
      const auto place = std::upper_bound(ranges.begin(), ranges.end(), weight, is_heavier);
      ranges.insert(place, {lowered(tag), weight});
    }
  }
  return ranges;
}

// Without its last part, and without a single letter that the part belonged to ("zh-x-y" is content with "zh").
std::string_view shortened(std::string_view tag) {
  auto cut = tag.rfind('-');
  if (cut == std::string_view::npos) return {};
  if (cut >= 2 && tag[cut - 2] == '-') cut -= 2;
  return tag.substr(0, cut);
}

}  // namespace

bool is_language_tag(std::string_view text) {
  const auto parts = split(text, '-');
  if (text.size() > 35 || parts.front().size() < 2 || parts.front().size() > 3) return false;
  if (!std::all_of(parts.front().begin(), parts.front().end(), is_alpha)) return false;
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && part.size() <= 8 && std::all_of(part.begin(), part.end(), is_alnum);
  });
}

std::string_view preferred_language(const Headers& headers, const std::vector<std::string>& available,
                                    std::string_view own) {
  for (const Range& range : ranges_of(headers)) {
    for (std::string_view tag = range.tag; !tag.empty(); tag = shortened(tag)) {
      const auto found = std::lower_bound(available.begin(), available.end(), tag);
      if (found != available.end() && *found == tag) return *found;
      if (tag == own) return {};
    }
  }
  return {};
}

}  // namespace sallyport::http
