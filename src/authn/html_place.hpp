#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::authn {

// Where in an HTML document a value would be put.
enum class Place : std::uint8_t {
  text,       // element content: an escaped value is safe
  attribute,  // inside a quoted attribute value: an escaped value is safe
  url_start,  // at the beginning of a quoted attribute that holds an URL: the scheme must be looked at too
  url_rest,   // further on in such an attribute
  style,      // inside <style>
  comment,
  unsafe,  // inside a tag, an unquoted value, a script or an event handler: no value is safe
};

// Follows a template through text, tags, attributes, comments, scripts and styles: enough of the WHATWG tokenizer to
// tell where a macro stands, not to read any document; in doubt the place is `unsafe`.
class HtmlPlaces {
 public:
  // Goes on behind `text`.
  void advance(std::string_view text);
  // Where the next character would be.
  Place here() const;
  // Goes on behind a value that was put here.
  void advance_value();

 private:
  enum class State : std::uint8_t {
    text,
    markup,
    tag_name,
    in_tag,
    attribute_name,
    before_value,
    double_quoted,
    single_quoted,
    unquoted,
    comment,
    raw_text
  };

  void advance(char c);
  void end_tag();
  bool is_url_attribute() const;
  bool is_code_attribute() const;

  State state_ = State::text;
  std::string tag_;        // lower case; with '/' first for an end tag
  std::string attribute_;  // lower case
  std::string tail_;       // the last characters of a comment or raw text
  std::string raw_end_;    // what ends the raw text: "</style"
  bool value_is_empty_ = true;
};

}  // namespace sallyport::authn
