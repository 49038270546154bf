#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "authn/html_place.hpp"
#include "base/result.hpp"

namespace sallyport::authn {

// What goes into a page, by macro name: "USERNAME", or "HTTPHDR{Accept}" for the macros with an argument. What was
// not set is empty.
class PageValues {
 public:
  void set(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view argument, std::string_view value);
  // The sections of that switch ("CERTAUTHN") are shown; without this call they are left out.
  void show(std::string_view section);

  std::string_view find(std::string_view macro) const;
  bool shows(std::string_view section) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// A page with WebSEAL's macros, parsed once.
//
//   %NAME%, %NAME{argument}%   replaced by the value, escaped for where it stands. An URL that is neither a path nor
//                              http(s) becomes "#".
//   %CERTAUTHN% ... -->        a section, for a method of login that may not be there: shown, or left out up to and
//   and the like               with the next "-->". WebSEAL comments it out; left out is the same to the eye.
//   %STYLE%                    the shared style sheet, inside <style>
//
// A '%' that does not begin a macro stands for itself.
class Page {
 public:
  // `file_name` is for error messages only. Errors (bad_config) begin with "file:line: ": an unknown macro, one with a
  // missing or superfluous argument, one in a place where no value is safe, a section without end, no UTF-8.
  static Result<Page> parse(std::string_view file_name, std::string_view text, std::string_view style);

  std::string render(const PageValues& values) const;

  // The arguments with which a macro is used ("Accept" for %HTTPHDR{Accept}%): what a caller has to look up.
  std::vector<std::string> arguments_of(std::string_view macro) const;

 private:
  enum class Kind : std::uint8_t { literal, macro, section };
  struct Piece {
    Kind kind;
    Place place;
    std::string text;            // of a literal; "NAME" or "NAME{argument}" of the others
    std::size_t end = 0;         // of a section: the piece in whose text it ends
    std::size_t end_offset = 0;  // behind its "-->"
  };
  friend class PageParser;

  std::vector<Piece> pieces_;
};

}  // namespace sallyport::authn
