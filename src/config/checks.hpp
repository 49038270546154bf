#pragma once

#include <chrono>
#include <optional>
#include <string_view>

// What values of type text have to look like. Each is true for what is allowed.
namespace sallyport::config {

bool is_instance_name(std::string_view text);  // letters, digits, '-', '_', '.'
bool is_host_name_or_empty(std::string_view text);
bool is_host_name(std::string_view text);         // labels of letters, digits and '-'
bool is_host_alias(std::string_view text);        // a host name, "*." and a host name, or an IP address
bool is_token(std::string_view text);             // RFC 9110 section 5.6.2
bool is_token_or_default(std::string_view text);  // a token, or "<default>"
bool is_cookie_name(std::string_view text);       // a token with the prefix that keeps it to this host
bool is_client_certs(std::string_view text);      // one of kClientCertsNames
bool is_realm(std::string_view text);             // what a quoted-string can hold without quoting
bool is_not_empty(std::string_view text);
bool is_attribute_name(std::string_view text);      // RFC 4512 section 1.4: keystring
bool is_secret_attribute_name(std::string_view text);  // likewise, and one that is in no credential
bool is_ldap_url(std::string_view text);            // ldap://host[:port], ldaps://host[:port] or ldapi://path
bool is_ldap_server_or_empty(std::string_view text);  // ldap://host[:port] or ldaps://host[:port]
bool is_http_url_or_empty(std::string_view text);   // http://host[:port][/path], without blanks
bool is_local_url_or_empty(std::string_view text);  // a path on this server: begins with one '/', no backslash

bool is_level_but_the_first(std::string_view text);  // one of kLevelNames that can be proved
bool is_duration(std::string_view text);             // what duration_from() reads

// A number of seconds, or a number with s, m, h or d; at most a year.
std::optional<std::chrono::seconds> duration_from(std::string_view text);

}  // namespace sallyport::config
