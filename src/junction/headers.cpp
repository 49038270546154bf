#include "junction/headers.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "http/cookies.hpp"
#include "http/field_gate.hpp"
#include "http/trailers.hpp"
#include "junction/outward.hpp"
#include "junction/upstream_path.hpp"

namespace sallyport::junction {
namespace {

// Room for the fields that are added to those that pass: an allocation saved, no limit.
constexpr std::size_t kMostAdded = 16;
constexpr std::size_t kUsuallyAdded = 512;

// In a distinguished name commas are syntax.
std::string encoded_dn(std::string_view dn) {
  return percent_encoded(dn, "@+=:/!$&'()*;,");
}

std::string group_list(const identity::Credential& credential) {
  std::string out;
  for (const identity::Name& group : credential.groups()) {
    if (!out.empty()) out += ',';
    out += '"' + encoded_identity(group.text()) + '"';
  }
  return out;
}

void add_identity(http::Headers& out, const Junction& junction, const identity::Subject& subject) {
  if (junction.identity.user) out.add("iv-user", encoded_identity(subject.name()));
  if (!subject.is_authenticated()) return;
  const identity::Credential& credential = subject.credential();
  if (junction.identity.dn && !credential.dn().empty()) out.add("iv-user-l", encoded_dn(credential.dn()));
  if (junction.identity.groups && !credential.groups().empty()) out.add("iv-groups", group_list(credential));
}

// RFC 9110 section 7.6.3.
std::string_view via(http::Version received) {
  switch (received) {
    case http::Version::http_1_0:
      return "1.0 sallyport";
    case http::Version::http_1_1:
      return "1.1 sallyport";
    case http::Version::http_2:
      return "2.0 sallyport";
  }
  return "";
}

void add_client(http::Headers& out, const Junction& junction, const ClientFacts& client, http::Version version) {
  if (junction.client_address) {
    out.add("iv-remote-address", client.address);
    if (client.address.find(':') != std::string_view::npos) out.add("iv-remote-address-ipv6", client.address);
  }
  out.add("Via", via(version));
  out.add("X-Forwarded-For", client.address);
  out.add("X-Forwarded-Proto", client.scheme);
  if (!client.authority.empty()) out.add("X-Forwarded-Host", client.authority);
  if (!client.request_id.empty()) out.add("X-Request-ID", client.request_id);
}

// Empty if there is none, as an IPv4 address of an IPv6 client.
std::string value_of(Datum datum, const Junction& junction, const ClientFacts& client, const HeaderRules& rules) {
  const bool is_v6 = client.address.find(':') != std::string_view::npos;
  switch (datum) {
    case Datum::server_name:
      return rules.server_name;
    case Datum::client_ip_v4:
      return is_v6 ? "" : std::string(client.address);
    case Datum::client_ip_v6:
      return is_v6 ? std::string(client.address) : "";
    case Datum::client_port:
      return client.port == 0 ? "" : std::to_string(client.port);
    case Datum::host_name:
      return rules.host_name;
    case Datum::junction_name:
      return encoded_path(junction.name());
  }
  return "";
}

void add_data(http::Headers& out, const Junction& junction, const ClientFacts& client, const HeaderRules& rules) {
  for (const auto& [datum, name] : rules.data) {
    const std::string value = value_of(datum, junction, client, rules);
    if (!value.empty()) out.add(name, value);
  }
}

// RFC 9110 section 6.6.2: the gate has refused the field as it came.
void announce_trailers(http::Headers& out, const Junction& junction, const http::Headers& received,
                       const HeaderRules& rules) {
  if (junction.trailers.empty()) return;
  for (const std::string_view announced : received.values("Trailer")) {
    const std::string names = http::passing_trailer_names(announced, junction.trailers, rules.reserved);
    if (!names.empty()) out.add("Trailer", names);
  }
}

// The others pass as they are, or do not pass the gate.
constexpr http::FieldIds kJudgedInRequests{"Host", "X-Request-ID", "Authorization", "Cookie"};
constexpr http::FieldIds kJudgedInAnswers{"Location",    "Content-Location", "Refresh", "Set-Cookie",
                                          "Set-Cookie2", "WWW-Authenticate", "Server",  "Service-Worker-Allowed"};

}  // namespace

Result<Datum> datum_from(std::string_view name) {
  static constexpr std::pair<std::string_view, Datum> kData[] = {
      {"server-name", Datum::server_name},   {"client-ip-v4", Datum::client_ip_v4},
      {"client-ip-v6", Datum::client_ip_v6}, {"client-port", Datum::client_port},
      {"host-name", Datum::host_name},       {"junction-name", Datum::junction_name}};
  for (const auto& [known, datum] : kData) {
    if (known == name) return datum;
  }
  return fail(Errc::bad_config, "\"" + log_escaped(name, 64) +
                                    "\" is no datum: they are server-name, client-ip-v4, "
                                    "client-ip-v6, client-port, host-name and junction-name");
}

http::ReservedNames reserved_names() {
  http::ReservedNames names;
  names.add_prefix("iv-");
  names.add_prefix("am-eai-");
  names.add("am-azn-failure");
  return names;
}

std::string encoded_identity(std::string_view name) {
  return percent_encoded(name, "@+=:/!$&'()*");
}

http::Headers plan_request(const Route& route, const Server& server, const identity::Subject& subject,
                           const ClientFacts& client, const http::RequestHead& head, const HeaderRules& rules) {
  const Junction& junction = *route.junction;
  http::GateRules gate_rules;
  gate_rules.keep_te_trailers = !junction.trailers.empty();
  http::RequestGate gate(head.headers, rules.reserved, gate_rules);
  http::Headers out;
  out.reserve(head.headers.size() + kMostAdded, head.headers.bytes() + kUsuallyAdded);
  const bool keeps_host = junction.kind == Kind::virtual_host;
  out.add("Host", keeps_host ? junction.authority : authority_of(server, junction.type));
  for (const http::Field field : head.headers) {
    if (!gate.passes(field)) continue;
    if (!kJudgedInRequests.has(field.id)) {
      out.add(field);
    } else if (field.is("Authorization")) {
      if (junction.basic_auth != BasicAuth::filter) out.add(field);
    } else if (field.is("Cookie")) {
      if (junction.session_cookie) {
        out.add(field);
        continue;
      }
      const std::string others = http::cookies_without(field.value, rules.own_cookies);
      if (!others.empty()) out.add(field.known_name(), others);
    }
  }
  announce_trailers(out, junction, head.headers, rules);
  add_client(out, junction, client, head.version);
  add_data(out, junction, client, rules);
  add_identity(out, junction, subject);
  return out;
}

void plan_response(const Junction& junction, const Server& server, const HeaderRules& rules, http::Headers& fields) {
  http::ResponseGate gate(fields, rules.reserved);
  http::Headers anew;
  announce_trailers(anew, junction, fields, rules);
  fields.remove_if([&](const http::Field& field) {
    if (!gate.passes(field)) return true;
    if (!kJudgedInAnswers.has(field.id)) return false;
    if (field.is("Location") || field.is("Content-Location")) {
      anew.add(field.known_name(), outward_url(junction, field.value));
    } else if (field.is("Refresh")) {
      anew.add(field.known_name(), outward_refresh(junction, field.value));
    } else if (field.is("Set-Cookie")) {
      if (const auto cookie = outward_cookie(junction, server, rules.own_cookies, field.value)) {
        anew.add(field.known_name(), *cookie);
      }
    } else if (field.is("WWW-Authenticate")) {
      return junction.basic_auth != BasicAuth::ignore;
    } else if (field.is("Server")) {
      return !rules.keep_server_field;
    } else if (field.is("Service-Worker-Allowed")) {
      return junction.kind != Kind::virtual_host;  // a worker of one mount point would see the requests for all of them
    }
    return true;  // Set-Cookie2 too (RFC 2965), dead; nobody here would judge its names
  });
  for (const http::Field field : anew) fields.add(field);
}

}  // namespace sallyport::junction
