#include "authn/html_place.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sallyport::authn {
namespace {

constexpr std::array<std::string_view, 10> kUrlAttributes = {"href", "src",  "action",     "formaction", "poster",
                                                             "cite", "data", "background", "ping",       "manifest"};
constexpr std::array<std::string_view, 3> kRawTextTags = {"script", "style", "textarea"};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

}  // namespace

void HtmlPlaces::advance(std::string_view text) {
  for (const char c : text) advance(c);
}

void HtmlPlaces::advance_value() {
  value_is_empty_ = false;
}

bool HtmlPlaces::is_url_attribute() const {
  return std::find(kUrlAttributes.begin(), kUrlAttributes.end(), attribute_) != kUrlAttributes.end();
}

bool HtmlPlaces::is_code_attribute() const {
  return attribute_.starts_with("on") || attribute_ == "style" || attribute_ == "srcdoc" || attribute_ == "srcset";
}

Place HtmlPlaces::here() const {
  switch (state_) {
    case State::text:
      return Place::text;
    case State::comment:
      return Place::comment;
    case State::double_quoted:
    case State::single_quoted:
      if (is_code_attribute()) return Place::unsafe;
      if (is_url_attribute()) return value_is_empty_ ? Place::url_start : Place::url_rest;
      return Place::attribute;
    case State::raw_text:
      if (raw_end_ == "</style") return Place::style;
      return raw_end_ == "</textarea" ? Place::text : Place::unsafe;
    default:
      return Place::unsafe;
  }
}

void HtmlPlaces::end_tag() {
  state_ = State::text;
  if (std::find(kRawTextTags.begin(), kRawTextTags.end(), tag_) != kRawTextTags.end()) {
    state_ = State::raw_text;
    raw_end_ = "</" + tag_;
    tail_.clear();
  }
}

void HtmlPlaces::advance(char c) {
  switch (state_) {
    case State::text:
      if (c == '<') {
        state_ = State::markup;
        tag_.clear();
      }
      return;
    case State::markup:
      if (c == '!' || c == '?') {
        state_ = State::comment;
        tail_ = "<!";
      } else if (c == '/' || is_alpha(c)) {
        state_ = State::tag_name;
        tag_ += to_lower(c);
      } else {
        state_ = State::text;
      }
      return;
    case State::tag_name:
      if (c == '>') return end_tag();
      if (is_space(c) || (c == '/' && tag_ != "/")) {
        state_ = State::in_tag;
      } else {
        tag_ += to_lower(c);
      }
      return;
    case State::in_tag:
      if (c == '>') return end_tag();
      if (!is_space(c) && c != '/') {
        state_ = State::attribute_name;
        attribute_ = to_lower(c);
      }
      return;
    case State::attribute_name:
      if (c == '>') return end_tag();
      if (c == '=') {
        state_ = State::before_value;
      } else if (!is_space(c)) {
        attribute_ += to_lower(c);
      }
      return;
    case State::before_value:
      if (c == '>') return end_tag();
      value_is_empty_ = true;
      if (c == '"') {
        state_ = State::double_quoted;
      } else if (c == '\'') {
        state_ = State::single_quoted;
      } else if (!is_space(c)) {
        state_ = State::unquoted;
      }
      return;
    case State::double_quoted:
    case State::single_quoted:
      if (c == (state_ == State::double_quoted ? '"' : '\'')) {
        state_ = State::in_tag;
      } else {
        value_is_empty_ = false;
      }
      return;
    case State::unquoted:
      if (c == '>') return end_tag();
      if (is_space(c)) state_ = State::in_tag;
      return;
    case State::comment: {
      tail_ += c;
      // "<!doctype ...>" ends with '>'; a comment with "-->", "--!>", and at once with "<!-->".
      const bool is_comment = tail_.starts_with("<!--");
      if (c == '>' && (!is_comment || tail_.ends_with("-->") || tail_.ends_with("--!>"))) state_ = State::text;
      if (is_comment && tail_.size() > 16) tail_.erase(4, tail_.size() - 10);
      return;
    }
    case State::raw_text:
      tail_ += to_lower(c);
      if (tail_.size() > raw_end_.size()) tail_.erase(0, 1);
      if (tail_ == raw_end_) {
        state_ = State::tag_name;
        tag_ = raw_end_.substr(1);
      }
      return;
  }
}

}  // namespace sallyport::authn
