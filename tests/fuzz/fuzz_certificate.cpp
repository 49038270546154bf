// Certificates: each is read or refused for a reason that can be logged; what becomes a user's name is clean text, and
// the same however often it is read.
#include <algorithm>

#include "base/text.hpp"
#include "check.hpp"
#include "pki/certificate.hpp"
#include "pki/certificate_extensions.hpp"

using namespace sallyport;
using namespace sallyport::pki;

namespace {

bool is_clean(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

void check_texts(const std::vector<std::string>& texts) {
  fuzz::check(std::all_of(texts.begin(), texts.end(), is_clean), "E8: names are clean text");
}

void check_facts(const identity::CertificateFacts& facts) {
  fuzz::check(is_clean(facts.subject) && is_clean(facts.issuer), "E8: names are clean text");
  check_texts(facts.common_names);
  check_texts(facts.emails);
  check_texts(facts.dns_names);
  check_texts(facts.user_principal_names);
  check_texts(facts.policies);
  fuzz::check(facts.fingerprint.size() == 64 && !facts.serial.empty(), "there is a fingerprint and a number");
}

// The readers of extensions alone: a fuzzer comes to them through a whole certificate too rarely.
void read_as_extension(std::string_view bytes) {
  RevocationPointers pointers;
  read_crl_points(bytes, pointers);
  read_responders(bytes, pointers);
  fuzz::check(pointers.crls.size() <= 8 && pointers.responders.size() <= 8, "so many places and no more");
  if (const auto policies = read_policies(bytes)) check_texts(*policies);
  if (const auto names = read_name(bytes, "2.5.4.3")) check_texts(*names);
  identity::CertificateFacts facts;
  if (!read_alternative_names(bytes, facts)) return;
  check_texts(facts.emails);
  check_texts(facts.dns_names);
  check_texts(facts.user_principal_names);
}

}  // namespace

FUZZ_TARGET(certificate) {
  const std::string_view input = fuzz::text_of(data, size);
  read_as_extension(input);
  const auto certificate = Certificate::read(input, CertificateLimits());
  if (!certificate) return 0;
  fuzz::check((*certificate)->serial().size() <= 21, "a number is short");
  if (const auto facts = (*certificate)->facts()) check_facts(*facts);
  (*certificate)->is_signed_by(**certificate);
  return 0;
}
