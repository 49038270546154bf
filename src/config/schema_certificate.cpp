#include "config/checks.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

using enum SettingType;
using enum TakesEffect;
using C = CertificateSettings;
template <auto Member>
inline constexpr Field certificate = field<&Settings::certificate, Member>;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

constexpr SettingSpec kRows[] = {
    {.stanza = "certificate",
     .key = "accept-client-certs",
     .type = choice,
     .field = certificate<&C::accept_client_certs>,
     .default_text = "never",
     .choices = kClientCertsNames,
     .takes_effect = reload,
     .summary = "Whether and when clients are asked for a certificate.",
     .paragraph =
         "prompt_as_needed: not in the handshake, but when policy needs it: an object's list refuses a visitor who has "
         "not logged in, or its POP asks for the level ssl. The others ask in every handshake, and who shows a "
         "certificate of a user is logged in by it. optional: a client without one goes on as a visitor. required: a "
         "client without one, or with one that is refused, gets an error page for every request. critical: its "
         "handshake fails. Sessions of TLS are not resumed where a certificate is asked for in the handshake; a client "
         "that keeps no cookies has one session for each of its connections there."},
    {.stanza = "certificate",
     .key = "client-ca-file",
     .type = path,
     .field = certificate<&C::client_ca_file>,
     .takes_effect = reload,
     .summary = "A PEM file with the authorities whose certificates clients may show.",
     .paragraph = "Their names are sent to clients, whose browsers offer the certificates that fit.",
     .example = "/etc/sallyport/tls/client-ca.crt"},
    {.stanza = "certificate",
     .key = "max-chain-certificates",
     .type = integer,
     .field = certificate<&C::max_chain_certificates>,
     .default_text = "10",
     .min = 1,
     .max = 100,
     .takes_effect = live,
     .summary = "How many certificates a client may show at once, its own and those of authorities."},
    {.stanza = "certificate",
     .key = "max-chain-size",
     .type = byte_size,
     .field = certificate<&C::max_chain_size>,
     .default_text = "64k",
     .min = kKiB,
     .max = kMiB,
     .takes_effect = live,
     .summary = "How large the certificates may be that a client shows, all together."},
    {.stanza = "certificate",
     .key = "undetermined-revocation-cert-action",
     .type = choice,
     .field = certificate<&C::undetermined_revocation_cert_action>,
     .default_text = "reject",
     .choices = kUndeterminedActionNames,
     .takes_effect = live,
     .summary = "What becomes of a certificate of which nobody can say whether it has been revoked.",
     .paragraph =
         "reject: it is refused. log: it is accepted, and each time the event log has a line about it. ignore: it is "
         "accepted. A certificate is undetermined when there is a source that ought to know of it, but no source gives "
         "an answer that is current and signed by its issuer: the responder does not answer, the CRL has expired. "
         "When crl-file, crl-ldap-server or ocsp-url is set, there is such a source for every certificate; otherwise "
         "only for one that names some itself. Every certificate of the chain is looked at, but for the authority in "
         "client-ca-file. WebSEAL has this setting in [ssl], and its default is log."},
    {.stanza = "certificate",
     .key = "crl-file",
     .type = path,
     .field = certificate<&C::crl_file>,
     .takes_effect = live,
     .summary = "A file with a certificate revocation list of an authority, PEM or DER; PEM may have several.",
     .paragraph =
         "When the file changes it is read again, without a reload. What it names is revoked, whatever other sources "
         "say; what it does not name is good, if the list is current and no OCSP responder says otherwise. Delta CRLs, "
         "indirect ones, and those for some reasons of revocation only are refused. Each authority of a chain needs "
         "its own.",
     .example = "/var/lib/sallyport/client-ca.crl"},
    {.stanza = "certificate",
     .key = "ocsp-enable",
     .type = boolean,
     .field = certificate<&C::ocsp_enable>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether OCSP responders are asked about certificates.",
     .paragraph = "Those that a certificate names, or the one of ocsp-url. They are asked before CRLs are looked at."},
    {.stanza = "certificate",
     .key = "ocsp-url",
     .type = text,
     .field = certificate<&C::ocsp_url>,
     .form = {is_http_url_or_empty, "a URL such as http://ocsp.example.com/"},
     .takes_effect = live,
     .summary = "The OCSP responder that is asked about all certificates, in place of those that they name.",
     .paragraph = "It answers for every authority whose certificates are shown: by the authority's own key, or by one "
                  "that the authority has certified for OCSP (RFC 6960, section 4.2.2.2).",
     .example = "http://ocsp.example.com/"},
    {.stanza = "certificate",
     .key = "ocsp-nonce",
     .type = choice,
     .field = certificate<&C::ocsp_nonce>,
     .default_text = "optional",
     .choices = kOcspNonceNames,
     .takes_effect = live,
     .summary = "Whether requests carry a nonce, which proves that the answer was made for them.",
     .paragraph = "optional: an answer without one is taken, as responders give them that answer in advance. required: "
                  "it is not. An answer with another nonce never is."},
    {.stanza = "certificate",
     .key = "ocsp-max-response-size",
     .type = byte_size,
     .field = certificate<&C::ocsp_max_response_size>,
     .default_text = "20k",
     .min = kKiB,
     .max = kMiB,
     .takes_effect = live,
     .summary = "The largest answer that is taken from an OCSP responder."},
    {.stanza = "certificate",
     .key = "ocsp-cache-size",
     .type = integer,
     .field = certificate<&C::ocsp_cache_size>,
     .default_text = "10000",
     .min = 1,
     .max = 1000000,
     .takes_effect = live,
     .summary = "How many answers of OCSP responders are kept."},
    {.stanza = "certificate",
     .key = "ocsp-cache-entry-lifetime",
     .type = duration,
     .field = certificate<&C::ocsp_cache_entry_lifetime>,
     .default_text = "5m",
     .min = 1,
     .max = 604800,
     .takes_effect = live,
     .summary = "After which time a responder is asked again about a certificate, if its answer does not end earlier.",
     .paragraph = "It is asked again in the background when four fifths of the time are over and the certificate is "
                  "shown. If it does not answer then, the old answer holds until its nextUpdate."},
    {.stanza = "certificate",
     .key = "crl-cdp-enable",
     .type = boolean,
     .field = certificate<&C::crl_cdp_enable>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether CRLs are fetched from the distribution points that certificates name, over http:// or ldap://."},
    {.stanza = "certificate",
     .key = "crl-ldap-server",
     .type = text,
     .field = certificate<&C::crl_ldap_server>,
     .form = {is_ldap_server_or_empty, "a URL such as ldap://ldap.example.com or ldaps://ldap.example.com:636"},
     .takes_effect = live,
     .summary = "A directory with CRLs, in the entries of the authorities that have made them.",
     .paragraph = "It is asked last. The entry's name is that of the certificate's issuer; its attributes are "
                  "certificateRevocationList and authorityRevocationList (RFC 4523). For ldaps:// the directory's own "
                  "certificate must come from an authority of [ldap] ca-file.",
     .example = "ldap://ldap.example.com"},
    {.stanza = "certificate",
     .key = "crl-ldap-user",
     .type = text,
     .field = certificate<&C::crl_ldap_user>,
     .takes_effect = live,
     .summary = "The name that the server binds with to crl-ldap-server.",
     .paragraph = "When empty, it searches anonymously.",
     .example = "cn=sallyport,ou=services,dc=example,dc=com"},
    {.stanza = "certificate",
     .key = "crl-ldap-user-password-file",
     .type = secret_path,
     .field = certificate<&C::crl_ldap_user_password_file>,
     .takes_effect = live,
     .summary = "A file whose first line is the password for crl-ldap-user.",
     .paragraph = "It is read at the start and on a reload.",
     .example = "/etc/sallyport/crl-ldap.password"},
    {.stanza = "certificate",
     .key = "crl-max-size",
     .type = byte_size,
     .field = certificate<&C::crl_max_size>,
     .default_text = "10m",
     .min = kKiB,
     .max = 1024 * kMiB,
     .takes_effect = live,
     .summary = "The largest CRL that is taken, from files too."},
    {.stanza = "certificate",
     .key = "crl-cache-size",
     .type = integer,
     .field = certificate<&C::crl_cache_size>,
     .default_text = "50",
     .min = 1,
     .max = 10000,
     .takes_effect = live,
     .summary = "How many CRLs are kept that were fetched."},
    {.stanza = "certificate",
     .key = "crl-cache-entry-lifetime",
     .type = duration,
     .field = certificate<&C::crl_cache_entry_lifetime>,
     .default_text = "1h",
     .min = 1,
     .max = 2592000,
     .takes_effect = live,
     .summary = "After which time a CRL is fetched again, if it does not end earlier.",
     .paragraph = "In the background when four fifths of the time are over and a certificate needs it. If that fails, "
                  "the old one holds until its nextUpdate. An older one never replaces a newer one."},
    {.stanza = "certificate",
     .key = "revocation-fetch-timeout",
     .type = duration,
     .field = certificate<&C::revocation_fetch_timeout>,
     .default_text = "5s",
     .min = 1,
     .max = 60,
     .takes_effect = live,
     .summary = "How long one fetch of a CRL or of an OCSP answer may take."},
    {.stanza = "certificate",
     .key = "revocation-retry-interval",
     .type = duration,
     .field = certificate<&C::revocation_retry_interval>,
     .default_text = "30s",
     .min = 1,
     .max = 3600,
     .takes_effect = live,
     .summary = "How long a source that has failed is left alone."},
    {.stanza = "certificate",
     .key = "revocation-forbidden-network",
     .type = network,
     .field = certificate<&C::revocation_forbidden_network>,
     .default_text = "0.0.0.0/8\n127.0.0.0/8\n169.254.0.0/16\n224.0.0.0/3\n::/127\nfe80::/10\nff00::/8",
     .takes_effect = live,
     .summary = "A network that URLs in certificates must not lead to.",
     .paragraph = "Only certificates whose chain has been verified up to client-ca-file are looked at for URLs, so that "
                  "only its authorities could make this server connect to what only it reaches. Settings of one's own "
                  "replace these networks, all of them. What ocsp-url and crl-ldap-server name is not subject to this.",
     .example = "10.0.0.0/8"},
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const SettingSpec> certificate_rows() {
  return kRows;
}

}  // namespace sallyport::config
