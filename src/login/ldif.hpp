// One LDIF file (RFC 2849) with entries, no change records: read, changed in places, written back so that what was
// not changed keeps its bytes, comments included.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::login {

struct LdifLimits {
  std::size_t max_bytes = 64 * 1024 * 1024;
  std::size_t max_entries = 200000;
  std::size_t max_attributes = 10000;   // of one entry
  std::size_t max_value = 1024 * 1024;  // bytes of one value
};

struct LdifAttribute {
  std::string name;   // as written, with options ("cn;lang-de")
  std::string value;  // decoded
};

// An entry. Attribute names are compared without regard to ASCII case.
class LdifEntry {
 public:
  explicit LdifEntry(std::string dn) : dn_(std::move(dn)) {}

  const std::string& dn() const { return dn_; }
  // Where it began in the file that was read; 0 for a new one.
  std::size_t line() const { return line_; }

  const std::vector<LdifAttribute>& attributes() const { return attributes_; }
  // All values, in the order of the file.
  std::vector<std::string_view> values(std::string_view name) const;
  // The first value; empty if there is none.
  std::string_view value(std::string_view name) const;
  bool has(std::string_view name) const { return !values(name).empty(); }
  // Whether it has this objectClass, without regard to case.
  bool is_a(std::string_view object_class) const;

  // Each makes the entry one that is written anew; its comments stay before it.
  void add(std::string_view name, std::string_view value);
  // Replaces all values of that attribute by this one, in the place of the first.
  void set(std::string_view name, std::string_view value);
  // Removes the attribute, or one value of it; how many values there were.
  std::size_t remove(std::string_view name);
  std::size_t remove_value(std::string_view name, std::string_view value);

 private:
  friend class LdifReader;
  friend std::string render_ldif(const struct LdifDocument& document);

  std::string dn_;
  std::size_t line_ = 0;
  std::vector<LdifAttribute> attributes_;
  std::string comments_;  // the comment lines before and in it, each with its line feed
  std::string source_;    // its lines as read, comments included; empty once it was changed
};

struct LdifDocument {
  std::vector<LdifEntry> entries;
  std::string closing_comments;  // after the last entry
};

// Reads a file: UTF-8, lines that end with LF or CR LF, folded lines, base64 values. More strict than the RFC where
// leniency could hide something, and less where people edit by hand: a value may hold UTF-8 as it is. Errors
// (malformed, too_large, unsupported) begin with "line 12: "; change records and values from URLs ("attr:< file:...")
// are unsupported.
Result<LdifDocument> parse_ldif(std::string_view text, const LdifLimits& limits);

// The text of the file. Entries that were not changed keep their bytes; others are folded after 76 columns, and
// values that LDIF cannot hold as they are become base64.
std::string render_ldif(const LdifDocument& document);

}  // namespace sallyport::login
