#include "config/checks.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

using enum SettingType;
using enum TakesEffect;
template <auto Member>
inline constexpr Field totp = field<&Settings::totp, Member>;
using T = TotpSettings;

constexpr SettingSpec kRows[] = {
    {.stanza = "totp",
     .key = "totp-auth",
     .type = choice,
     .field = totp<&T::totp_auth>,
     .default_text = "none",
     .choices = kAuthTransportNames,
     .takes_effect = live,
     .summary = "Whether users who have logged in can prove more by a one-time password of an app (RFC 6238).",
     .paragraph = "How strong that is says [authentication-levels]. A code is taken once, for half a minute before and "
                  "after its own half minute; failed attempts count as [login-limits] says. What was used is remembered "
                  "over restarts (used-codes-file), by this node: each node of a cluster takes a code once."},
    {.stanza = "totp",
     .key = "issuer",
     .type = text,
     .field = totp<&T::issuer>,
     .takes_effect = live,
     .summary = "What apps call this service.",
     .paragraph = "When empty, it is [server] web-host-name, or Sallyport.",
     .example = "Example Corp"},
    {.stanza = "totp",
     .key = "hash-algorithm",
     .type = choice,
     .field = totp<&T::hash_algorithm>,
     .default_text = "sha1",
     .choices = kTotpHashNames,
     .takes_effect = live,
     .summary = "The hash function of the codes.",
     .paragraph = "sha1 is what every app knows, and as good as the other for this. A change makes the apps of all users "
                  "wrong."},
    {.stanza = "totp",
     .key = "digits",
     .type = integer,
     .field = totp<&T::digits>,
     .default_text = "6",
     .min = 6,
     .max = 8,
     .takes_effect = live,
     .summary = "How many digits a code has.",
     .paragraph = "A change makes the apps of all users wrong."},
    {.stanza = "totp",
     .key = "enrolment-page",
     .type = boolean,
     .field = totp<&T::enrolment_page>,
     .default_text = "no",
     .takes_effect = live,
     .summary = "Whether users may give themselves a secret at /pkmstotp.",
     .paragraph = "Who has none needs no more than to be logged in, so whoever knows the password of such a user can do "
                  "it first. Who has one must have logged in with the level totp or a higher one to change it. With no, "
                  "administrators do it by sallyport user totp, or in the directory."},
    {.stanza = "totp",
     .key = "ldap-attribute",
     .type = text,
     .field = totp<&T::ldap_attribute>,
     .default_text = "secTotpSecret",
     .form = {is_secret_attribute_name, "the name of an attribute that begins with sec or oath"},
     .takes_effect = live,
     .summary = "The attribute of a user's entry in the directory that holds the secret, in base32.",
     .paragraph = "Nobody but the service account should be able to read it. Attributes whose names begin with sec or "
                  "oath are in no credential. In an LDIF file it is secTotpSecret."},
    {.stanza = "totp",
     .key = "ldap-write",
     .type = boolean,
     .field = totp<&T::ldap_write>,
     .default_text = "no",
     .takes_effect = live,
     .summary = "Whether the enrolment page changes the directory, with the rights of [ldap] bind-dn."},
    {.stanza = "totp",
     .key = "used-codes-file",
     .type = path,
     .field = totp<&T::used_codes_file>,
     .takes_effect = restart,
     .summary = "The file in which is noted whose codes have been used of late, so that a restart makes none good again.",
     .paragraph = "When empty, it is totp-used-codes in the directory of [policy] policy-db. It has times and names, no "
                  "codes and no secrets. While it cannot be written no code is taken."},
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const SettingSpec> totp_rows() {
  return kRows;
}

}  // namespace sallyport::config
