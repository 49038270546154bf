#include "http/field_names.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::http {
namespace {

constexpr std::string_view kHttpPrefix = "http-";

constexpr std::array<char, 256> make_folds() {
  std::array<char, 256> folds{};
  for (unsigned i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    folds[i] = is_alnum(c) ? to_lower(c) : '-';
  }
  return folds;
}
constexpr std::array<char, 256> kFolds = make_folds();

constexpr char fold(char c) { return kFolds[static_cast<unsigned char>(c)]; }

bool begins_folded(std::string_view name, std::string_view folded_text) {
  if (name.size() < folded_text.size()) return false;
  for (std::size_t i = 0; i < folded_text.size(); ++i) {
    if (fold(name[i]) != folded_text[i]) return false;
  }
  return true;
}

std::string_view without_http_prefix(std::string_view name) {
  while (begins_folded(name, kHttpPrefix)) name.remove_prefix(kHttpPrefix.size());
  return name;
}

}  // namespace

bool is_usual_spelling(std::string_view name) {
  if (begins_folded(name, kHttpPrefix)) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return c == '-' || fold(c) != '-'; });
}

std::string folded(std::string_view name) {
  std::string text(without_http_prefix(name));
  std::transform(text.begin(), text.end(), text.begin(), fold);
  return text;
}

void FoldedNames::add(std::string_view name, Tag tag) {
  add_entry(name, false, tag);
}
void FoldedNames::add_prefix(std::string_view prefix, Tag tag) {
  add_entry(prefix, true, tag);
}

// Letters, digits, and all the rest.
std::size_t FoldedNames::bucket_of(char folded_first) {
  if (is_alpha(folded_first)) return static_cast<std::size_t>(folded_first - 'a');
  return is_digit(folded_first) ? static_cast<std::size_t>(26 + folded_first - '0') : 36;
}

void FoldedNames::add_entry(std::string_view name, bool is_prefix, Tag tag) {
  std::string text = folded(name);
  if (text.empty()) return;
  Bucket& bucket = buckets_[bucket_of(text.front())];
  const std::size_t shortest = std::min<std::size_t>(text.size(), 63);
  bucket.lengths |= is_prefix ? ~std::uint64_t{0} << shortest : std::uint64_t{1} << shortest;
  bucket.entries.push_back(Entry{std::move(text), is_prefix, tag});
}

void ReservedNames::add(std::string_view name) {
  names_.add(name, 1);
  number();
}

void ReservedNames::add_prefix(std::string_view prefix) {
  names_.add_prefix(prefix, 1);
  number();
}

void ReservedNames::number() {
  for (const std::string_view name : kFieldNames) {
    if (matches(name)) numbered_.add(field_id(name));
  }
}

FoldedNames::Tag FoldedNames::find(std::string_view name) const {
  if (!name.empty() && to_lower(name.front()) == 'h') name = without_http_prefix(name);
  if (name.empty()) return kNone;
  const Bucket& bucket = buckets_[bucket_of(fold(name.front()))];
  if ((bucket.lengths >> std::min<std::size_t>(name.size(), 63) & 1) == 0) return kNone;
  for (const Entry& entry : bucket.entries) {
    const bool may_match = entry.is_prefix ? entry.text.size() <= name.size() : entry.text.size() == name.size();
    if (may_match && begins_folded(name, entry.text)) return entry.tag;
  }
  return kNone;
}

}  // namespace sallyport::http
