#include "config/checks.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

using enum SettingType;
using enum TakesEffect;

constexpr SettingSpec kRows[] = {
    {.stanza = "certificate",
     .key = "cred-attr",
     .type = text,
     .field = field<&Settings::certificate, &CertificateSettings::cred_attr>,
     .form = {is_not_empty, "the name of an attribute, a colon, and what is taken from the certificate"},
     .takes_effect = live,
     .summary = "What a certificate says that becomes an attribute of the credential of those who log in by it.",
     .paragraph = "NAME: FACT, the fact being subject, issuer, serial, fingerprint, cn, email, upn or dns. Up to 16 "
                  "values of at most 1024 bytes are taken, if they are text. An attribute of the same name that the "
                  "registry has is not in that credential.",
     .example = "certificateSerial: serial"},
    {.stanza = "certificate-users",
     .key = "rule",
     .type = text,
     .field = field<&Settings::certificate_users, &CertificateUserSettings::rule>,
     .form = {is_not_empty, "a selector, a colon, and what is looked for"},
     .takes_effect = live,
     .summary = "Whose certificate it is: which certificates this rule is about, a colon, and by what their users are "
                "found in the registry.",
     .paragraph =
         "Before the colon stand issuer \"NAME\" (RFC 4514), policy OID, both with and between them, or any. Behind it "
         "stands subject, if the name of the certificate is that of the user's entry; or one or more ATTRIBUTE = VALUE "
         "with commas between them, which all must hold for one entry. A value is text with {subject}, {issuer}, "
         "{serial}, {fingerprint}, {cn}, {email}, {upn} or {dns}; it may stand in double quotes, in which \\\" and \\\\ "
         "are the characters themselves, as {{ and }} are everywhere. serial and fingerprint (SHA-256) are hexadecimal "
         "digits in lower case; email, upn and dns come from subjectAltName. Rules are tried in order. The first whose "
         "issuer, policy and facts the certificate has decides: it finds exactly one user, or the login is refused. It "
         "is refused too if the certificate has several values of a fact that the rule looks for. If client-ca-file "
         "has more than one authority, a rule names its issuer, or looks for the issuer or the fingerprint. Without "
         "any rule, and with one authority, it is any: subject.",
     .example = "issuer \"CN=Corp CA,O=Corp\": mail = {email}, employeeType = {cn}"},
    {.stanza = "certificate-levels",
     .key = "rule",
     .type = text,
     .field = field<&Settings::certificate_levels, &CertificateLevelSettings::rule>,
     .form = {is_not_empty, "a selector, a colon, and the name of a level"},
     .takes_effect = live,
     .summary = "How strong a login by certificate is: which certificates this rule is about, a colon, and the name of "
                "a level.",
     .paragraph = "What stands before the colon is as in [certificate-users]. The first rule whose issuer and policy "
                  "the certificate has decides. Policies count as the certificate names them; nobody but its issuer "
                  "vouches for them, so with more than one authority in client-ca-file a rule names the issuer.",
     .example = "issuer \"CN=Corp CA,O=Corp\" and policy 1.3.6.1.4.1.99999.1: ssl"},
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const SettingSpec> certificate_user_rows() {
  return kRows;
}

}  // namespace sallyport::config
