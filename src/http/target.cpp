#include "http/target.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/authority.hpp"
#include "http/chars.hpp"
#include "http/target_form.hpp"

namespace sallyport::http {
namespace {

constexpr std::uint16_t kHttpsPort = 443;

// One path segment while it is read.
struct Segment {
  std::string name;         // decoded, up to the first ';'
  std::string wire_name;    // the same, encoded anew
  std::string wire_params;  // from the first ';', encoded anew; empty if there is none
};

void append_encoded(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

// "%" in decoded text with what would make it an encoding once more: "%2e", "%u002e". Whoever decodes twice would
// see another path than the one that was judged.
bool holds_second_encoding(std::string_view decoded) {
  const auto is_hex = [&](std::size_t at) { return at < decoded.size() && hex_value(decoded[at]) >= 0; };
  for (auto at = decoded.find('%'); at != std::string_view::npos; at = decoded.find('%', at + 1)) {
    if (is_hex(at + 1) && is_hex(at + 2)) return true;
    const bool has_u = at + 1 < decoded.size() && to_lower(decoded[at + 1]) == 'u';
    if (has_u && is_hex(at + 2) && is_hex(at + 3) && is_hex(at + 4) && is_hex(at + 5)) return true;
  }
  return false;
}

// U+0080 to U+009F, which is_control() does not know: the text must be UTF-8.
bool holds_c1_control(std::string_view text) {
  for (auto at = text.find('\xc2'); at != std::string_view::npos; at = text.find('\xc2', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0) return true;
  }
  return false;
}

// The common case: a segment that is its own decoded and encoded form. A dot inside does no harm, one in front may.
bool is_plain(std::string_view raw) {
  return !raw.empty() && raw.front() != '.' && all_in(raw, kPlainPath);
}

// The common path: nothing but such segments.
bool is_plain_path(std::string_view path) {
  char before = '\0';
  for (const char c : path) {
    const bool is_good = c == '/' ? before != '/' : is_in(c, kPlainPath) && !(c == '.' && before == '/');
    if (!is_good) return false;
    before = c;
  }
  return path.starts_with('/') && before != '/';
}

tl::unexpected<Error> refuse(std::string why) {
  return fail(Errc::malformed, "target: " + std::move(why), Side::client);
}

}  // namespace

// Builds the one value. Its steps follow each other in canonicalize().
class TargetMaker {
 public:
  explicit TargetMaker(const TargetRules& rules) : rules_(rules) {}

  Result<> take_authority(const RequestHead& head, TargetForm form, std::string_view in_target);
  void take_asterisk();
  Result<> take_path_and_query(std::string_view text);
  CanonicalTarget finish() { return std::move(target_); }

 private:
  Result<> take_path(std::string_view path);
  Result<> take_segment(std::string_view raw, bool is_last);
  Result<> read_segment(std::string_view raw, Segment& segment) const;
  Result<> check_name(const std::string& decoded_name, const std::string& decoded_params) const;
  Result<> climb();
  void append_segment(const Segment& segment);

  const TargetRules& rules_;
  CanonicalTarget target_;
};

// RFC 9112 section 3.2.2: the authority of an absolute-form target replaces Host. A client that sends two different
// ones hopes that somebody behind us reads the other one, so both must be the same.
Result<> TargetMaker::take_authority(const RequestHead& head, TargetForm form, std::string_view in_target) {
  std::optional<std::string_view> host;
  for (const std::string_view value : head.headers.values("host")) {
    if (host) return refuse("more than one Host field");
    host = value;
  }
  if (!host && head.version != Version::http_1_0) return refuse("no Host field");
  if (host) {
    auto from_host = canonical_authority(*host, kHttpsPort);
    if (!from_host) return refuse("Host is not a host with an optional port");
    target_.authority_ = std::move(*from_host);
  }
  if (form != TargetForm::absolute) return {};
  auto from_target = canonical_authority(in_target, kHttpsPort);
  if (!from_target) return refuse("authority is not a host with an optional port");
  if (host && *from_target != target_.authority_) return refuse("authority and Host differ");
  target_.authority_ = std::move(*from_target);
  return {};
}

void TargetMaker::take_asterisk() {
  target_.is_asterisk_ = true;
  target_.path_ = "/";
  target_.wire_path_ = "*";
}

Result<> TargetMaker::take_path_and_query(std::string_view text) {
  const auto question_mark = text.find('?');
  if (question_mark != std::string_view::npos) {
    target_.has_query_ = true;
    target_.query_ = text.substr(question_mark + 1);
  }
  return take_path(text.substr(0, question_mark));
}

Result<> TargetMaker::take_path(std::string_view path) {
  if (is_plain_path(path)) {
    target_.path_ = target_.wire_path_ = path;
    return {};
  }
  target_.path_.reserve(path.size());
  target_.wire_path_.reserve(path.size());
  if (!path.empty()) path.remove_prefix(1);  // the first '/'
  for (;;) {
    const auto slash = path.find('/');
    const bool is_last = slash == std::string_view::npos;
    if (const auto taken = take_segment(path.substr(0, slash), is_last); !taken) return taken;
    if (is_last) return {};
    path.remove_prefix(slash + 1);
  }
}

// Between calls both paths are a sequence of "/segment"; the last segment may be empty and is "/" then.
Result<> TargetMaker::take_segment(std::string_view raw, bool is_last) {
  if (is_plain(raw)) {
    target_.path_.append(1, '/').append(raw);
    target_.wire_path_.append(1, '/').append(raw);
    return {};
  }
  Segment segment;
  if (const auto read = read_segment(raw, segment); !read) return read;
  const bool is_dot = segment.name == ".";
  const bool is_dot_dot = segment.name == "..";
  if (!segment.wire_params.empty()) {
    // Some servers cut parameters off before they resolve dots, some after it, some not at all.
    if (is_dot || is_dot_dot) return refuse("parameters on a dot segment");
    if (segment.name.empty() && !is_last) return refuse("parameters on an empty segment");
  }
  if (is_dot_dot) {
    if (const auto climbed = climb(); !climbed) return climbed;
  }
  const bool vanishes = segment.name.empty() || is_dot || is_dot_dot;
  if (vanishes && !is_last) return {};
  if (vanishes) {
    segment.name.clear();
    segment.wire_name.clear();
  }
  append_segment(segment);
  return {};
}

// Decodes once. Nothing that is a separator or a control byte after that may have been hidden before it.
Result<> TargetMaker::read_segment(std::string_view raw, Segment& segment) const {
  std::string params;  // decoded, for checking only
  bool in_params = false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    const bool was_encoded = c == '%';
    if (was_encoded) {
      const int high = i + 1 < raw.size() ? hex_value(raw[i + 1]) : -1;
      const int low = i + 2 < raw.size() ? hex_value(raw[i + 2]) : -1;
      if (high < 0 || low < 0) return refuse("'%' without two hexadecimal digits");
      c = static_cast<char>(high * 16 + low);
      i += 2;
      if (c == '/') return refuse("encoded '/'");
      if (is_control(c)) return refuse("encoded control character");
    }
    if (c == '\\') return refuse("backslash");
    in_params = in_params || c == ';';
    (in_params ? params : segment.name) += c;
    std::string& wire = in_params ? segment.wire_params : segment.wire_name;
    if (is_in(c, kPathChar) && !(c == ';' && was_encoded)) {
      wire += c;
    } else {
      append_encoded(wire, static_cast<unsigned char>(c));
    }
  }
  return check_name(segment.name, params);
}

Result<> TargetMaker::check_name(const std::string& decoded_name, const std::string& decoded_params) const {
  for (const std::string* part : {&decoded_name, &decoded_params}) {
    if (!is_utf8(*part)) return refuse("not UTF-8 after decoding");
    if (holds_c1_control(*part)) return refuse("encoded control character");
    if (!rules_.allow_encoded_percent && holds_second_encoding(*part)) return refuse("encoded twice");
  }
  return {};
}

Result<> TargetMaker::climb() {
  if (target_.path_.empty()) return refuse("'..' above the root");
  // Neither path has a '/' inside a segment.
  target_.path_.resize(target_.path_.rfind('/'));
  target_.wire_path_.resize(target_.wire_path_.rfind('/'));
  return {};
}

void TargetMaker::append_segment(const Segment& segment) {
  target_.path_ += '/';
  target_.path_ += segment.name;
  target_.wire_path_ += '/';
  target_.wire_path_ += segment.wire_name;
  target_.wire_path_ += segment.wire_params;
}

std::string CanonicalTarget::to_string() const {
  std::string text = wire_path_;
  if (has_query_) {
    text += '?';
    text += query_;
  }
  return text;
}

Result<CanonicalTarget> canonicalize(const RequestHead& head, const TargetRules& rules) {
  if (head.target.size() > rules.max_length) return fail(Errc::too_large, "target: too long", Side::client);
  if (head.method == "CONNECT") {
    return fail(Errc::unsupported, "target: CONNECT asks for a tunnel, there is no path to judge", Side::client);
  }
  if (!is_target_text(head.target)) return refuse("empty, or has a space, '#', control or non-ASCII byte");
  const auto form = form_of(head.method, head.target);
  if (!form) return refuse("neither a path nor an absolute URL");

  std::string_view authority;
  std::string_view path = head.target;
  if (*form == TargetForm::absolute) {
    const auto scheme_end = path.find(':');
    const std::string_view scheme = path.substr(0, scheme_end);
    if (!equal_ignoring_case(scheme, "https") && !equal_ignoring_case(scheme, "http")) {
      return fail(Errc::unsupported, "target: scheme is neither https nor http", Side::client);
    }
    path.remove_prefix(scheme_end + 3);
    const auto authority_end = std::min(path.find_first_of("/?"), path.size());
    authority = path.substr(0, authority_end);
    path.remove_prefix(authority_end);
  }
  TargetMaker maker(rules);
  if (const auto taken = maker.take_authority(head, *form, authority); !taken) return fail(taken.error());
  if (*form == TargetForm::asterisk) {
    maker.take_asterisk();
  } else if (const auto taken = maker.take_path_and_query(path); !taken) {
    return fail(taken.error());
  }
  return maker.finish();
}

}  // namespace sallyport::http
