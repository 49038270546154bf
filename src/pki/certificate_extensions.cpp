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

// A value of a name, by its kind of string.
bool is_plain_text(const der::Value& value) {
  const std::string_view text = value.content;
  switch (value.tag) {
    case der::kUtf8String:
      return is_utf8(text) && is_clean(text);
    case 0x12:  // NumericString
    case 0x13:  // PrintableString
    case 0x14:  // TeletexString, as ASCII: what its escapes mean, nobody agrees on
    case 0x16:  // IA5String
      return is_ascii(text) && is_clean(text);
    case 0x1e:  // BMPString
      if (text.size() % 2 != 0) return false;
      for (std::size_t i = 0; i < text.size(); i += 2) {
        if (text[i] == 0 && is_control(text[i + 1])) return false;
        // Surrogates: BMPString has none.
        if ((static_cast<unsigned char>(text[i]) & 0xf8) == 0xd8) return false;
      }
      return true;
    default:
      return false;
  }
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

bool is_plain_name(std::string_view rdn_sequence) {
  const auto sequence = der::only(rdn_sequence, der::kSequence);
  if (!sequence) return false;
  der::Reader names(sequence->content);
  while (const auto relative = names.next()) {
    if (relative->tag != der::kSet) return false;
    der::Reader pairs(relative->content);
    while (const auto pair = pairs.next()) {
      der::Reader fields(pair->content);
      const auto type = fields.expect(der::kOid);
      const auto value = fields.next();
      if (pair->tag != der::kSequence || !type || !value || !fields.at_end() || !is_plain_text(*value)) return false;
    }
    if (pairs.failed()) return false;
  }
  return !names.failed();
}

}  // namespace sallyport::pki
