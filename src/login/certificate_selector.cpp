#include "login/certificate_selector.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "login/dn.hpp"

namespace sallyport::login {
namespace {

constexpr std::size_t kLongestValue = 1024;  // of a fact: bytes
constexpr std::string_view kFactNames[] = {"subject", "issuer", "serial", "fingerprint", "cn", "email", "upn", "dns"};

bool is_word(char c) {
  return is_alnum(c) || c == '-' || c == '.' || c == '_';
}

bool is_oid(std::string_view text) {
  const auto arcs = split(text, '.');
  return arcs.size() >= 2 && std::all_of(arcs.begin(), arcs.end(), [](std::string_view arc) {
           return !arc.empty() && std::all_of(arc.begin(), arc.end(), is_digit) && (arc.size() == 1 || arc[0] != '0');
         });
}

// "#1e06..." stands for bytes that nobody could write as text; by normalised_dn() it would be the text "#1e06...".
bool has_encoded_value(std::string_view dn) {
  return dn.find("=#") != std::string_view::npos || dn.find("= #") != std::string_view::npos;
}

}  // namespace

Result<CertificateFact> certificate_fact(std::string_view name) {
  std::string all;
  for (std::size_t i = 0; i < std::size(kFactNames); ++i) {
    if (kFactNames[i] == name) return static_cast<CertificateFact>(i);
    all += (i == 0 ? "" : ", ") + std::string(kFactNames[i]);
  }
  return fail(Errc::malformed, "\"" + log_escaped(name, 40) + "\" is nothing that a certificate says; there are " + all);
}

std::string_view name_of(CertificateFact fact) {
  return kFactNames[static_cast<std::size_t>(fact)];
}

std::vector<std::string> values_of(const identity::CertificateFacts& facts, CertificateFact fact) {
  const auto one = [](const std::string& value) {
    return value.empty() ? std::vector<std::string>() : std::vector<std::string>{value};
  };
  switch (fact) {
    case CertificateFact::subject: return one(facts.subject);
    case CertificateFact::issuer: return one(facts.issuer);
    case CertificateFact::serial: return one(facts.serial);
    case CertificateFact::fingerprint: return one(facts.fingerprint);
    case CertificateFact::cn: return facts.common_names;
    case CertificateFact::email: return facts.emails;
    case CertificateFact::upn: return facts.user_principal_names;
    case CertificateFact::dns: return facts.dns_names;
  }
  return {};
}

Result<std::string> only_value_of(const identity::CertificateFacts& facts, CertificateFact fact) {
  const std::string name(name_of(fact));
  auto values = values_of(facts, fact);
  if (values.empty()) return fail(Errc::not_found, "the certificate has no " + name, Side::client);
  if (values.size() > 1) {
    return fail(Errc::denied, "the certificate has " + std::to_string(values.size()) + " values of " + name,
                Side::client);
  }
  std::string& value = values.front();
  const bool is_plain = !value.empty() && value.size() <= kLongestValue && is_utf8(value) &&
                        std::none_of(value.begin(), value.end(), is_control) && trimmed(value).size() == value.size();
  if (!is_plain) {
    return fail(Errc::denied, "the certificate's " + name + " is no plain text: \"" + log_escaped(value, 200) + "\"",
                Side::client);
  }
  if ((fact == CertificateFact::subject || fact == CertificateFact::issuer) && has_encoded_value(value)) {
    return fail(Errc::denied, "the certificate's " + name + " has a part that is no text: \"" +
                                  log_escaped(value, 200) + "\"", Side::client);
  }
  return std::move(value);
}

bool CertificateSelector::applies_to(const identity::CertificateFacts& facts) const {
  if (!issuer.empty()) {
    const auto name = normalised_dn(facts.issuer);
    if (!name || *name != issuer || has_encoded_value(facts.issuer)) return false;
  }
  return policy.empty() ||
         std::find(facts.policies.begin(), facts.policies.end(), policy) != facts.policies.end();
}

bool CertificateTemplate::uses(CertificateFact fact) const {
  return std::any_of(pieces.begin(), pieces.end(), [&](const Piece& p) { return p.has_fact && p.fact == fact; });
}

Result<std::string> CertificateTemplate::fill(const identity::CertificateFacts& facts) const {
  std::string out;
  std::optional<Error> missing;
  for (const Piece& piece : pieces) {
    out += piece.text;
    if (!piece.has_fact) continue;
    const auto value = only_value_of(facts, piece.fact);
    if (!value && value.error().code != Errc::not_found) return fail(value.error());
    if (!value) {
      missing = value.error();
    } else {
      out += *value;
    }
  }
  if (missing) return fail(*missing);
  return out;
}

tl::unexpected<Error> CertificateRuleReader::wrong_at(std::size_t at, std::string why) const {
  return fail(Errc::malformed, "character " + std::to_string(at + 1) + ": " + std::move(why));
}

void CertificateRuleReader::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

bool CertificateRuleReader::take(char c) {
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool CertificateRuleReader::is_end() {
  skip_blanks();
  return at_ >= text_.size();
}

Result<std::string> CertificateRuleReader::read_word(std::string_view what) {
  skip_blanks();
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  if (at_ == begin) return wrong("expected " + std::string(what));
  return std::string(text_.substr(begin, at_ - begin));
}

Result<std::string> CertificateRuleReader::read_string() {
  skip_blanks();
  const std::size_t begin = at_;
  if (!take('"')) return wrong("expected a name in double quotes");
  std::string value;
  while (at_ < text_.size() && text_[at_] != '"') {
    // Escapes are those of the name itself, \" among them.
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) value += text_[at_++];
    value += text_[at_++];
  }
  if (!take('"')) return wrong_at(begin, "this double quote is not closed");
  return value;
}

Result<void> CertificateRuleReader::read_part(CertificateSelector& selector) {
  skip_blanks();
  const std::size_t begin = at_;
  const auto word = read_word("issuer \"NAME\", policy OID, or any");
  if (!word) return fail(word.error());
  if (*word == "issuer") {
    skip_blanks();
    const std::size_t where = at_;
    const auto name = read_string();
    if (!name) return fail(name.error());
    auto normal = normalised_dn(*name);
    if (!normal) return wrong_at(where, normal.error().detail);
    if (normal->empty()) return wrong_at(where, "the issuer has an empty name");
    if (has_encoded_value(*name)) return wrong_at(where, "a part of the name that begins with # is not compared");
    if (!selector.issuer.empty()) return wrong_at(begin, "a second issuer");
    selector.issuer = std::move(*normal);
    return {};
  }
  if (*word == "policy") {
    skip_blanks();
    const std::size_t where = at_;
    auto oid = read_word("an object identifier such as 1.3.6.1.4.1.99999.1");
    if (!oid) return fail(oid.error());
    if (!is_oid(*oid)) return wrong_at(where, "\"" + *oid + "\" is no object identifier such as 1.3.6.1.4.1.99999.1");
    if (!selector.policy.empty()) return wrong_at(begin, "a second policy");
    selector.policy = std::move(*oid);
    return {};
  }
  return wrong_at(begin, "expected issuer, policy or any, not \"" + *word + "\"");
}

Result<CertificateSelector> CertificateRuleReader::read_selector() {
  CertificateSelector selector;
  skip_blanks();
  const std::size_t begin = at_;
  const auto first = read_word("issuer \"NAME\", policy OID, or any");
  if (!first) return fail(first.error());
  if (*first != "any") {
    at_ = begin;
    for (;;) {
      if (auto part = read_part(selector); !part) return fail(part.error());
      skip_blanks();
      if (at_ >= text_.size() || text_[at_] == ':') break;
      const std::size_t where = at_;
      const auto word = read_word("and, or a colon");
      if (!word) return fail(word.error());
      if (*word != "and") return wrong_at(where, "expected and, or a colon, not \"" + *word + "\"");
    }
  }
  if (!take(':')) return wrong("expected a colon after which certificates this is about");
  return selector;
}

// "{fact}", "{{" or "}}" at the next character.
Result<void> CertificateRuleReader::read_braces(CertificateTemplate& into) {
  CertificateTemplate::Piece& piece = into.pieces.back();
  const char c = text_[at_];
  if (at_ + 1 < text_.size() && text_[at_ + 1] == c) {
    piece.text += c;
    at_ += 2;
    return {};
  }
  if (c == '}') return wrong("a } without {; write }} for the character");
  const std::size_t end = text_.find('}', at_);
  if (end == std::string_view::npos) return wrong("a { without }; write {{ for the character");
  const auto fact = certificate_fact(text_.substr(at_ + 1, end - at_ - 1));
  if (!fact) return wrong_at(at_ + 1, fact.error().detail);
  if (piece.text.empty() && into.pieces.size() > 1) {
    return wrong("two facts with nothing between them: what ends the first one could begin the second one");
  }
  piece.has_fact = true;
  piece.fact = *fact;
  into.pieces.emplace_back();
  at_ = end + 1;
  return {};
}

Result<CertificateTemplate> CertificateRuleReader::read_template() {
  skip_blanks();
  const std::size_t begin = at_;
  const bool is_quoted = take('"');
  CertificateTemplate made;
  made.pieces.emplace_back();
  while (at_ < text_.size() && text_[at_] != (is_quoted ? '"' : ',')) {
    const char c = text_[at_];
    if (c == '{' || c == '}') {
      if (auto read = read_braces(made); !read) return fail(read.error());
      continue;
    }
    if (!is_quoted && c == '"') return wrong("a double quote inside a value: put the whole value in quotes");
    if (is_quoted && c == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) ++at_;
    made.pieces.back().text += text_[at_++];
  }
  if (is_quoted) {
    if (!take('"')) return wrong_at(begin, "this double quote is not closed");
  } else {
    std::string& last = made.pieces.back().text;
    last.resize(last.find_last_not_of(" \t") + 1);
  }
  if (made.pieces.back().text.empty()) made.pieces.pop_back();
  if (made.pieces.empty()) return wrong_at(begin, "expected a value, such as {email}");
  return made;
}

}  // namespace sallyport::login
