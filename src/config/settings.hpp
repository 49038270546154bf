// config: the text of sallyport.conf in, typed values out. One table (schema.hpp) is the source of the parser, the
// defaults, the sample file, the manual page and the JSON schema. Owns nothing but values; may not open files, look
// names up, or know what the other rooms do with their part: a room gets its own sub-struct by const reference.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"

namespace sallyport::config {

using std::chrono::seconds;

// One line of a stanza with free keys, in the order of the file. `line` is where it stands, 0 for a default.
struct MapEntry {
  std::string key;
  std::string value;
  std::uint32_t line = 0;

  // Wherever it stands.
  friend bool operator==(const MapEntry& a, const MapEntry& b) { return a.key == b.key && a.value == b.value; }
};

// A certificate for one host name, from a line of [ssl-sni].
struct SniCertificate {
  std::string host;  // lower case
  std::string cert_file;
  std::string key_file;
  std::uint32_t line = 0;

  // Wherever it stands.
  friend bool operator==(const SniCertificate& a, const SniCertificate& b) {
    return a.host == b.host && a.cert_file == b.cert_file && a.key_file == b.key_file;
  }
};

// Whether and when clients are asked for a certificate.
enum class ClientCerts : std::uint8_t { never, optional, required, critical, prompt_as_needed };
inline constexpr std::string_view kClientCertsNames[] = {"never", "optional", "required", "critical",
                                                         "prompt_as_needed"};

// An interface that is listened on, from a line of [interfaces].
struct Interface {
  std::string name;
  std::optional<IpAddress> network_interface;  // none: those of [server]
  std::uint16_t https_port = 0;                // 0: none, as for the next
  std::uint16_t http_port = 0;
  std::optional<ClientCerts> accept_client_certs;  // none: as [certificate] says
  std::uint32_t line = 0;
};

// What becomes of a certificate of which nobody can say whether it is revoked.
enum class UndeterminedAction : std::uint8_t { reject, log, ignore };
inline constexpr std::string_view kUndeterminedActionNames[] = {"reject", "log", "ignore"};

enum class OcspNonce : std::uint8_t { none, optional, required };
inline constexpr std::string_view kOcspNonceNames[] = {"none", "optional", "required"};

// Over which transport a login method is offered. There is no "http": a password is never asked for in clear.
enum class AuthTransport : std::uint8_t { none, https };
inline constexpr std::string_view kAuthTransportNames[] = {"none", "https"};

// The field by which trusted proxies name the client.
enum class ProxyHeader : std::uint8_t { x_forwarded_for, forwarded };
inline constexpr std::string_view kProxyHeaderNames[] = {"X-Forwarded-For", "Forwarded"};

// What [authentication-levels] ranks.
enum class LevelName : std::uint8_t { unauthenticated, password, ssl, totp };
inline constexpr std::string_view kLevelNames[] = {"unauthenticated", "password", "ssl", "totp"};

enum class RegistryType : std::uint8_t { ldif, ldap };
inline constexpr std::string_view kRegistryTypeNames[] = {"ldif", "ldap"};

// Where an LDAP user's groups are read: from groups that list him (their attribute is named), or from his entry.
enum class GroupStyle : std::uint8_t { member, unique_member, member_of, none };
inline constexpr std::string_view kGroupStyleNames[] = {"member", "uniqueMember", "memberOf", "none"};

enum class RequestLogStyle : std::uint8_t { combined, common, json };
inline constexpr std::string_view kRequestLogStyleNames[] = {"combined", "common", "json"};

enum class EventLevel : std::uint8_t { error, warning, notice, info, debug };
inline constexpr std::string_view kEventLevelNames[] = {"error", "warning", "notice", "info", "debug"};

// The members have no initializers: their defaults stand in the table and nowhere else. A Settings comes from parse()
// or default_settings(). Sizes are in bytes, times in seconds; what 0 means is said in the table.
struct ServerSettings {
  std::string server_name;    // the instance
  std::string web_host_name;  // empty: the host's own name
  std::vector<std::string> web_host_alias;
  bool allow_unknown_hosts;
  bool https;
  std::uint16_t https_port;
  bool http;
  std::uint16_t http_port;
  std::vector<IpAddress> network_interface;   // empty: all
  std::uint32_t worker_threads;               // 0: one for each processor
  std::uint32_t max_connections;              // 0: no limit
  std::uint32_t max_connections_per_address;  // 0: no limit
  seconds client_connect_timeout;
  seconds intra_connection_timeout;
  seconds persistent_con_timeout;          // 0: no keep-alive
  bool enable_http2;
  std::uint32_t http2_max_concurrent_streams;
  std::uint32_t http2_initial_window_size;  // bytes
  std::uint32_t connection_request_limit;  // 0: no limit
  std::uint64_t min_receive_rate;          // bytes in a second, 0: off
  std::uint64_t min_send_rate;             // bytes in a second, 0: off
  seconds slow_peer_grace;
  seconds shutdown_timeout;
  std::uint64_t max_client_read;
  std::uint64_t max_request_line;
  std::uint32_t max_header_count;
  std::uint64_t request_body_max_read;
  std::uint64_t parked_requests_max;
  std::vector<std::string> http_method_disabled_remote;
  bool suppress_server_identity;
  std::vector<Cidr> trusted_proxies;
  ProxyHeader trusted_proxies_header;
  bool proxy_protocol;     // trusted proxies begin with its header
  std::string unix_user;   // empty: no change
  std::string unix_group;  // empty: the user's own group
};

struct SslSettings {
  std::vector<std::string> server_cert_file;  // as many as server_key_file, in the same order
  std::vector<std::string> server_key_file;
  std::string priority;
  bool disable_tls_v12;
  bool disable_tls_v13;
  bool session_tickets;
  seconds session_ticket_lifetime;
};

struct CertificateSettings {
  ClientCerts accept_client_certs;
  std::string client_ca_file;
  std::uint32_t max_chain_certificates;
  std::uint64_t max_chain_size;
  UndeterminedAction undetermined_revocation_cert_action;
  std::vector<std::string> crl_file;
  bool ocsp_enable;
  std::string ocsp_url;  // empty: those that certificates name
  OcspNonce ocsp_nonce;
  std::uint64_t ocsp_max_response_size;
  std::uint32_t ocsp_cache_size;
  seconds ocsp_cache_entry_lifetime;
  bool crl_cdp_enable;
  std::string crl_ldap_server;  // empty: none
  std::string crl_ldap_user;    // empty: anonymous
  std::string crl_ldap_user_password_file;
  std::uint64_t crl_max_size;
  std::uint32_t crl_cache_size;
  seconds crl_cache_entry_lifetime;
  seconds revocation_fetch_timeout;
  seconds revocation_retry_interval;
  std::vector<Cidr> revocation_forbidden_network;
  std::vector<std::string> cred_attr;
};

struct CertificateUserSettings {
  std::vector<std::string> rule;
};

struct CertificateLevelSettings {
  std::vector<std::string> rule;
};

// Of [certificate], what a login by certificate needs.
struct CertificateLoginSettings {
  bool disable_cert_login_page;
  std::uint32_t cert_prompt_max_tries;
  std::uint32_t cert_cache_max_entries;
  seconds cert_cache_timeout;
  std::uint16_t secondary_port;  // 0: none
  bool armed_tickets;
  bool ask_in_place;
  bool http_1_1_required;
  bool tls_1_2_detour;
  bool forget_no_certificate;
  bool forget_certificate_at_logout;
};

// The hash function of one-time passwords.
enum class TotpHash : std::uint8_t { sha1, sha256 };
inline constexpr std::string_view kTotpHashNames[] = {"sha1", "sha256"};

struct TotpSettings {
  AuthTransport totp_auth;
  std::string issuer;  // empty: web-host-name
  TotpHash hash_algorithm;
  std::uint32_t digits;
  bool enrolment_page;
  std::string ldap_attribute;
  bool ldap_write;
  std::string used_codes_file;  // empty: beside policy-db
};

struct SessionSettings {
  std::uint32_t max_entries;
  seconds timeout;           // 0: no limit
  seconds inactive_timeout;  // 0: no limit
  std::uint32_t unauth_max_entries;
  seconds unauth_timeout;
  std::string ssl_session_cookie_name;
};

struct FormsSettings {
  AuthTransport forms_auth;
};

struct BaSettings {
  AuthTransport ba_auth;
  std::string basic_auth_realm;
};

struct AuthenticationLevelSettings {
  std::vector<LevelName> level;  // by position; the first is unauthenticated
};

struct StepUpSettings {
  bool step_up_at_higher_level;
  bool verify_step_up_user;
  bool show_all_auth_prompts;
};

struct AccountManagementSettings {
  std::string mgt_pages_root;    // empty: the installed pages
  std::string error_pages_root;  // empty: "errors" in mgt_pages_root
  bool allow_unauthenticated_logout;
  std::string login_redirect_page;  // empty: back to what was asked for
};

struct LoginLimitSettings {
  std::uint32_t user_address_max_failures;  // 0: off, as for the next two
  std::uint32_t user_max_failures;
  std::uint32_t address_max_failures;
  seconds window;
  seconds block_time;
  std::uint32_t address_prefix_v4;
  std::uint32_t address_prefix_v6;
  std::uint32_t max_tracked;
};

struct RegistrySettings {
  RegistryType type;
  std::string ldif_file;
};

struct LdapSettings {
  std::vector<std::string> server;  // URLs, the preferred one first
  std::string bind_dn;              // empty: anonymous
  std::string bind_pwd_file;
  bool start_tls;
  std::string ca_file;
  std::string user_search_base;
  std::string basic_user_principal_attribute;
  std::string user_object_class;
  std::string group_search_base;
  GroupStyle group_style;
  std::string group_name_attribute;
  std::vector<std::string> credential_attribute;
  seconds connect_timeout;
  seconds timeout;
  std::uint32_t max_connections;
  std::uint32_t max_waiting;
  seconds retry_interval;
  seconds user_recheck_interval;  // 0: off
};

struct PolicySettings {
  std::string policy_db;
};

struct JunctionSettings {
  std::string junction_db;
  seconds connect_timeout;
  seconds http_timeout;
  seconds https_timeout;
  seconds persistent_con_timeout;
  std::uint32_t max_cached_persistent_connections;  // 0: every request gets its own connection
  std::uint32_t max_connections_per_server;         // 0: no limit
  std::uint32_t max_retries;
  seconds failed_server_retry_time;
  std::uint64_t max_response_head;
  seconds websocket_idle_timeout;
  std::string jct_ca_file;  // empty: the system's
  std::string jct_client_cert_file;
  std::string jct_client_key_file;
};

struct LoggingSettings {
  bool requests;
  std::string requests_file;
  RequestLogStyle request_log_style;
  bool gmt_time;
  std::string audit_file;
  std::string event_file;
  EventLevel event_level;
  seconds flush_time;
};

struct AdminSettings {
  std::string socket;
  std::vector<std::string> allowed_users;
  std::vector<std::string> allowed_groups;
  seconds timeout;
};

struct Settings {
  ServerSettings server;
  std::vector<Interface> interfaces;
  SslSettings ssl;
  std::vector<SniCertificate> ssl_sni;
  CertificateSettings certificate;
  CertificateUserSettings certificate_users;
  CertificateLevelSettings certificate_levels;
  CertificateLoginSettings certificate_login;
  std::vector<MapEntry> accept_client_certs;  // host, in lower case -> one of kClientCertsNames
  TotpSettings totp;
  SessionSettings session;
  FormsSettings forms;
  BaSettings ba;
  AuthenticationLevelSettings authentication_levels;
  std::vector<MapEntry> level_lifetime;  // name of a level -> duration, see duration_from()
  StepUpSettings step_up;
  AccountManagementSettings acnt_mgt;
  LoginLimitSettings login_limits;
  RegistrySettings registry;
  LdapSettings ldap;
  PolicySettings policy;
  JunctionSettings junction;
  std::vector<MapEntry> http_method_perms;  // METHOD -> permission letters
  std::vector<MapEntry> header_names;       // datum -> name of the header that carries it
  LoggingSettings logging;
  AdminSettings admin;
};

}  // namespace sallyport::config
