#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace sallyport::http {

// The one folding of header field names, for judging whether somebody behind us could take one name for another: lower
// case; everything but letters and digits is "-" (gateways and CGI make "_" of it, some read "." so too); a prefix
// "http-" is dropped (CGI variables are called HTTP_IV_USER). So "iv-user", "IV_User", "iv.user" and "http_iv_user"
// are one name. What is sent on keeps its spelling.
std::string folded(std::string_view name);

// Is the name written with letters, digits and "-" only and without a prefix "http-", so that nobody reads it otherwise?
bool is_usual_spelling(std::string_view name);

// A set of names and prefixes, compared folded; each carries a tag. Built once, then asked for every field of every
// message: asking allocates nothing, and most names end at the first look.
class FoldedNames {
 public:
  using Tag = std::uint8_t;
  static constexpr Tag kNone = 0;

  void add(std::string_view name, Tag tag);
  // Every name that begins with `prefix`, which is not empty. "iv-" takes "iv-user", not "iv".
  void add_prefix(std::string_view prefix, Tag tag);

  // The tag of the first entry added that `name` matches, kNone if there is none.
  Tag find(std::string_view name) const;

 private:
  struct Entry {
    std::string text;  // folded
    bool is_prefix;
    Tag tag;
  };
  // The entries with one first character.
  struct Bucket {
    std::uint64_t lengths = 0;  // bit n: a name of n characters may match; bit 63 stands for all longer ones
    std::vector<Entry> entries;
  };
  void add_entry(std::string_view name, bool is_prefix, Tag tag);
  static std::size_t bucket_of(char folded_first);

  std::array<Bucket, 37> buckets_;
};

// Names that say who the user is. Only the gateway may write them: what a client, or a back end that is not asked,
// sends under such a name is removed.
class ReservedNames {
 public:
  // "iv-user", or a name from the configuration.
  void add(std::string_view name);
  // "iv-", "am-eai-"
  void add_prefix(std::string_view prefix);
  bool matches(std::string_view name) const { return names_.find(name) != FoldedNames::kNone; }
  // The names of kFieldNames among them.
  FieldIds numbered() const { return numbered_; }
  bool matches(const Field& field) const {
    return field.id == kOtherField ? matches(field.name) : numbered_.has(field.id);
  }

 private:
  void number();
  FoldedNames names_;
  FieldIds numbered_;  // those of names_ that have a number
};

}  // namespace sallyport::http
