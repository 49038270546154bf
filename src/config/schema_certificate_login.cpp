#include "config/schema.hpp"

namespace sallyport::config {
namespace {

using enum SettingType;
using enum TakesEffect;
template <auto Member>
inline constexpr Field login = field<&Settings::certificate_login, Member>;
using L = CertificateLoginSettings;

constexpr SettingSpec kRows[] = {
    {.stanza = "certificate",
     .key = "disable-cert-login-page",
     .type = boolean,
     .field = login<&L::disable_cert_login_page>,
     .default_text = "no",
     .takes_effect = live,
     .summary = "Whether a visitor who could log in by certificate alone is asked for it at once, without a page.",
     .paragraph = "With prompt_as_needed, and where no other method of login is enabled."},
    {.stanza = "certificate",
     .key = "cert-prompt-max-tries",
     .type = integer,
     .field = login<&L::cert_prompt_max_tries>,
     .default_text = "12",
     .min = 2,
     .max = 15,
     .takes_effect = live,
     .summary = "How many times one login by certificate may make the client open another connection.",
     .paragraph = "Two or three are usual. A browser that has many connections of HTTP/1.1 may use one try for each."},
    {.stanza = "certificate",
     .key = "cert-cache-max-entries",
     .type = integer,
     .field = login<&L::cert_cache_max_entries>,
     .default_text = "10000",
     .min = 1,
     .max = 1000000,
     .takes_effect = live,
     .summary = "How many logins by certificate may be under way.",
     .paragraph = "When there are more, the oldest of them has to begin again."},
    {.stanza = "certificate",
     .key = "cert-cache-timeout",
     .type = duration,
     .field = login<&L::cert_cache_timeout>,
     .default_text = "5m",
     .min = 10,
     .max = 3600,
     .takes_effect = live,
     .summary = "How long a user may take to choose a certificate."},
    {.stanza = "certificate",
     .key = "secondary-port",
     .type = integer,
     .field = login<&L::secondary_port>,
     .default_text = "0",
     .max = 65535,
     .takes_effect = restart,
     .summary = "A second TCP port for HTTPS that asks for a certificate in every handshake; 0 means none.",
     .paragraph = "With prompt_as_needed, clients that cannot be asked on the port that they use are sent there for the "
                  "login, and back. The pages have its address as %SECONDARY_BASE%."},
    {.stanza = "certificate",
     .key = "armed-tickets",
     .type = boolean,
     .field = login<&L::armed_tickets>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether clients with TLS 1.3 are asked when they reconnect with a session ticket of their own.",
     .paragraph = "What serves browsers on the port and the version of HTTP that they have: a redirect and the end of the "
                  "connection make them reconnect. A ticket asks once, and nobody but the client that got it."},
    {.stanza = "certificate",
     .key = "ask-in-place",
     .type = boolean,
     .field = login<&L::ask_in_place>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether clients with HTTP/1.1 are asked on the connection that they have.",
     .paragraph = "By post-handshake authentication (TLS 1.3, for clients that offer it) or renegotiation (TLS 1.2)."},
    {.stanza = "certificate",
     .key = "http-1.1-required",
     .type = boolean,
     .field = login<&L::http_1_1_required>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether clients with HTTP/2 that cannot be asked are told to use HTTP/1.1 for the login."},
    {.stanza = "certificate",
     .key = "tls-1.2-detour",
     .type = boolean,
     .field = login<&L::tls_1_2_detour>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether clients with TLS 1.3 that cannot be asked get TLS 1.2 for the login, which has renegotiation.",
     .paragraph = "For a minute, all new connections of HTTP/1.1 from the client's address are made by TLS 1.2."},
    {.stanza = "certificate",
     .key = "forget-no-certificate",
     .type = boolean,
     .field = login<&L::forget_no_certificate>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether browsers of the Chromium family are made to forget that no certificate was chosen.",
     .paragraph = "They would not ask their user again before they are restarted. The section %FORGETCERT% of "
                  "certfailure.html has an image for it, whose connection fails."},
    {.stanza = "certificate",
     .key = "forget-certificate-at-logout",
     .type = boolean,
     .field = login<&L::forget_certificate_at_logout>,
     .default_text = "no",
     .takes_effect = live,
     .summary = "Whether browsers of the Chromium family are made to forget at the logout which certificate was chosen.",
     .paragraph = "They show the same one at the next login without asking their user, until they are restarted; on a "
                  "computer that several people use, that may be another's. Works by HTTP/2 and TLS 1.3, for those who "
                  "logged in by certificate; the section %FORGETCERT% of logout.html has an image for it, whose "
                  "connection fails. A browser that has forgotten its choice by itself, having been restarted with its "
                  "session, asks for one then."},
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const SettingSpec> certificate_login_rows() {
  return kRows;
}

}  // namespace sallyport::config
