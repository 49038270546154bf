#include "pki/certificate_extensions.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "pki/der.hpp"

namespace sallyport::pki {
namespace {

constexpr std::size_t kMostUrls = 8;
constexpr std::string_view kOcsp = "1.3.6.1.5.5.7.48.1";
constexpr std::string_view kUserPrincipalName = "1.3.6.1.4.1.311.20.2.3";

// GeneralName's choices (RFC 5280 section 4.2.1.6).
constexpr std::uint8_t kOtherName = der::constructed(0);
constexpr std::uint8_t kMail = der::primitive(1);
constexpr std::uint8_t kDns = der::primitive(2);
constexpr std::uint8_t kUri = der::primitive(6);

bool is_clean(std::string_view text) { return std::none_of(text.begin(), text.end(), is_control); }
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void add_url(std::vector<std::string>& urls, std::string_view url) {
  if (urls.size() < kMostUrls && std::find(urls.begin(), urls.end(), url) == urls.end()) urls.emplace_back(url);
}

// A DistributionPoint. False if it is malformed.
bool read_point(std::string_view content, RevocationPointers& into) {
  der::Reader reader(content);
  const auto place = reader.next_if(der::constructed(0));
  const bool for_some_reasons = reader.next_if(der::primitive(1)).has_value();
  const bool of_other_issuer = reader.next_if(der::constructed(2)).has_value();
  if (reader.failed() || !reader.at_end()) return false;
  std::size_t found = 0;
  if (place && !for_some_reasons && !of_other_issuer) {
    der::Reader names(place->content);
    // fullName; the other choice is relative to the issuer's name in a directory.
    if (const auto full = names.next_if(der::constructed(0))) {
      der::Reader list(full->content);
      while (const auto name = list.next()) {
        if (name->tag != kUri) continue;
        add_url(into.crls, name->content);
        ++found;
      }
      if (list.failed()) return false;
    }
  }
  into.names_others |= found == 0;
  return true;
}

// otherName { type-id OID, value [0] EXPLICIT ANY }
bool read_other_name(std::string_view content, identity::CertificateFacts& into) {
  der::Reader reader(content);
  const auto type = reader.expect(der::kOid);
  const auto value = reader.expect(der::constructed(0));
  if (!type || !value || !reader.at_end()) return false;
  const auto oid = der::oid_text(type->content);
  if (!oid) return false;
  if (*oid != kUserPrincipalName) return true;
  const auto text = der::only(value->content, der::kUtf8String);
  if (!text || !is_utf8(text->content) || !is_clean(text->content)) return false;
  into.user_principal_names.emplace_back(text->content);
  return true;
}

void append_utf8(std::string& out, unsigned unit) {
  if (unit < 0x80) {
    out += static_cast<char>(unit);
  } else if (unit < 0x800) {
    out += static_cast<char>(0xc0 | unit >> 6);
    out += static_cast<char>(0x80 | (unit & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | unit >> 12);
    out += static_cast<char>(0x80 | (unit >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (unit & 0x3f));
  }
}

// BMPString: units of 16 bits, none of them a surrogate.
std::optional<std::string> from_bmp(std::string_view bytes) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const unsigned unit = static_cast<unsigned char>(bytes[i]) << 8 | static_cast<unsigned char>(bytes[i + 1]);
    if (unit >= 0xd800 && unit < 0xe000) return std::nullopt;
    append_utf8(out, unit);
  }
  return out;
}

// A value of a name as UTF-8, by its kind of string; nothing for other kinds, and for control characters.
std::optional<std::string> text_of(const der::Value& value) {
  std::optional<std::string> text;
  switch (value.tag) {
    case 0x12:  // NumericString
    case 0x13:  // PrintableString
    case 0x14:  // TeletexString, as ASCII: what its escapes mean, nobody agrees on
    case 0x16:  // IA5String
      if (!is_ascii(value.content)) return std::nullopt;
      text = value.content;
      break;
    case der::kUtf8String:
      text = value.content;
      break;
    case 0x1e:
      text = from_bmp(value.content);
      break;
    default:
      break;
  }
  if (!text || !is_utf8(*text) || !is_clean(*text)) return std::nullopt;
  return text;
}

}  // namespace

std::optional<std::vector<std::string>> read_policies(std::string_view extension) {
  const auto sequence = der::only(extension, der::kSequence);
  if (!sequence) return std::nullopt;
  std::vector<std::string> out;
  der::Reader reader(sequence->content);
  while (const auto information = reader.expect(der::kSequence)) {
    der::Reader fields(information->content);
    const auto id = fields.expect(der::kOid);
    const auto text = id ? der::oid_text(id->content) : std::nullopt;
    if (!text) return std::nullopt;
    out.push_back(*text);
    if (reader.at_end()) return out;
  }
  return std::nullopt;
}

bool read_crl_points(std::string_view extension, RevocationPointers& into) {
  const auto sequence = der::only(extension, der::kSequence);
  if (!sequence) return false;
  der::Reader reader(sequence->content);
  while (const auto point = reader.next()) {
    if (point->tag != der::kSequence || !read_point(point->content, into)) return false;
  }
  return !reader.failed();
}

bool read_responders(std::string_view extension, RevocationPointers& into) {
  const auto sequence = der::only(extension, der::kSequence);
  if (!sequence) return false;
  der::Reader reader(sequence->content);
  while (const auto description = reader.next()) {
    der::Reader fields(description->content);
    const auto method = fields.expect(der::kOid);
    const auto place = fields.next();
    if (description->tag != der::kSequence || !method || !place) return false;
    if (place->tag == kUri && der::oid_text(method->content) == std::string(kOcsp)) {
      add_url(into.responders, place->content);
    }
  }
  return !reader.failed();
}

bool read_alternative_names(std::string_view names, identity::CertificateFacts& into) {
  der::Reader reader(names);
  while (const auto name = reader.next()) {
    const std::string_view text = name->content;
    if (name->tag == kMail || name->tag == kDns || name->tag == kUri) {
      if (!is_ascii(text) || !is_clean(text)) return false;
    }
    if (name->tag == kMail) into.emails.emplace_back(text);
    if (name->tag == kDns) into.dns_names.emplace_back(text);
    if (name->tag == kOtherName && !read_other_name(text, into)) return false;
  }
  return !reader.failed();
}

std::optional<std::vector<std::string>> read_name(std::string_view rdn_sequence, std::string_view attribute_oid) {
  const auto sequence = der::only(rdn_sequence, der::kSequence);
  if (!sequence) return std::nullopt;
  std::vector<std::string> out;
  der::Reader names(sequence->content);
  while (const auto relative = names.next()) {
    der::Reader pairs(relative->content);
    while (const auto pair = pairs.next()) {
      der::Reader fields(pair->content);
      const auto type = fields.expect(der::kOid);
      const auto value = fields.next();
      if (relative->tag != der::kSet || pair->tag != der::kSequence || !type || !value || !fields.at_end()) {
        return std::nullopt;
      }
      auto text = text_of(*value);
      if (!text) return std::nullopt;
      if (der::oid_text(type->content) == std::string(attribute_oid)) out.push_back(std::move(*text));
    }
    if (pairs.failed()) return std::nullopt;
  }
  if (names.failed()) return std::nullopt;
  return out;
}

}  // namespace sallyport::pki
