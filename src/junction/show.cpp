#include "junction/show.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace sallyport::junction {
namespace {

constexpr const char* kJunctionIndent = "    ";
constexpr const char* kServerIndent = "        ";
constexpr const char* kGlobalLimit = "0 - using global value";

std::string line(std::string_view indent, std::string_view label, std::string_view value) {
  std::string out(indent);
  out += label;
  out += ':';
  if (!value.empty()) {
    out += ' ';
    out += value;
  }
  return out + '\n';
}

const char* yes_no(bool value) {
  return value ? "yes" : "no";
}

std::string identity_list(const IdentityHeaders& identity) {
  if (!identity.any()) return "do not insert";
  std::string out = "insert -";
  if (identity.user) out += " iv_user";
  if (identity.dn) out += " iv_user_l";
  if (identity.groups) out += " iv_groups";
  return out;
}

std::string trailer_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

std::string_view text_of(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::not_running:
      return "not running";
    case RunState::unknown:
      break;
  }
  return "unknown";
}

std::string capitalised(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// Without -v pdadmin shows where requests go.
std::string virtual_hostname(const Junction& junction, const Server& server) {
  if (junction.kind == Kind::virtual_host) return junction.authority;
  if (!server.virtual_host.empty()) return server.virtual_host;
  const std::string host = server.host.find(':') == std::string::npos ? server.host : "[" + server.host + "]";
  return host + ":" + std::to_string(server.port);
}

std::string render_server(const Junction& junction, const Server& server, const ServerActivity& activity) {
  const std::string_view in = kServerIndent;
  std::string out = line(in, "ID", server.uuid);
  out += line(in, "Server State", text_of(activity.state));
  out += line(in, "Operational State", capitalised(name_of(server.state)));
  out += line(in, "Hostname", server.host);
  out += line(in, "Port", std::to_string(server.port));
  out += line(in, "Virtual hostname", virtual_hostname(junction, server));
  out += line(in, "Server DN", server.dn);
  out += line(in, "local IP address", "");
  out += line(in, "Query_contents URL", "/cgi-bin/query_contents");
  out += line(in, "Query-contents", "unknown");
  out += line(in, "Case insensitive URLs", yes_no(junction.case_insensitive));
  out += line(in, "Allow Windows-style URLs", yes_no(!junction.case_insensitive));
  out += line(in, "Current requests ", std::to_string(activity.current_requests));
  out += line(in, "Total requests ", std::to_string(activity.total_requests));
  out += line(in, "Priority", std::to_string(server.priority));
  return out;
}

}  // namespace

std::string render_show(const Junction& junction, std::span<const ServerActivity> activity) {
  const auto activity_of = [&](const Server& server) {
    const auto found =
        std::find_if(activity.begin(), activity.end(), [&](const ServerActivity& a) { return a.uuid == server.uuid; });
    return found == activity.end() ? ServerActivity{server.uuid} : *found;
  };
  std::uint64_t active = 0;
  for (const Server& server : junction.servers) active += activity_of(server).current_requests;

  const bool is_virtual = junction.kind == Kind::virtual_host;
  const std::string_view in = kJunctionIndent;
  std::string out = line(in, is_virtual ? "Virtual Host Junction label" : "Junction point", junction.name());
  out += line(in, "Type", junction.type == Type::tcp ? "TCP" : "SSL");
  out += line(in, "Junction hard limit", kGlobalLimit);
  out += line(in, "Junction soft limit", kGlobalLimit);
  out += line(in, "Active worker threads", std::to_string(active));
  out += line(in, "Basic authentication mode", name_of(junction.basic_auth));
  out += line(in, "Forms based SSO", "disabled");
  out += line(in, "TFIM junction SSO", "no");
  out += line(in, "Authentication HTTP header", identity_list(junction.identity));
  out += line(in, "Remote Address HTTP header", junction.client_address ? "insert" : "do not insert");
  out += line(in, "Stateful junction", "no");
  out += line(in, "Boolean Rule Header", "no");
  out += line(in, "Scripting support", "no");
  out += line(in, "Preserve cookie names", yes_no(junction.preserve_cookie_names));
  out += line(in, "Cookie names include path", "no");
  out += line(in, "Transparent Path junction", yes_no(junction.kind == Kind::transparent_path));
  out += line(in, "Delegation support", "no");
  out += line(in, "Mutually authenticated", yes_no(!junction.client_certificate.empty()));
  out += line(in, "Insert WebSphere LTPA cookies", "no");
  out += line(in, "Insert WebSEAL session cookies", yes_no(junction.session_cookie));
  out += line(in, "Request Encoding", "UTF-8, URI Encoded");
  if (junction.http_2) out += line(in, "HTTP/2", yes_no(true));
  if (!junction.trailers.empty()) out += line(in, "Trailers", trailer_list(junction.trailers));
  if (!junction.description.empty()) out += line(in, "Description", junction.description);
  if (!junction.ca_file.empty()) out += line(in, "CA file", junction.ca_file);
  if (!junction.client_certificate.empty()) out += line(in, "Client certificate", junction.client_certificate);
  for (std::size_t i = 0; i < junction.servers.size(); ++i) {
    out += line(in, "Server " + std::to_string(i + 1), "");
    out += render_server(junction, junction.servers[i], activity_of(junction.servers[i]));
  }
  return out;
}

std::string render_list(std::span<const Junction> junctions, bool virtual_hosts) {
  std::vector<std::string_view> names;
  for (const Junction& junction : junctions) {
    if ((junction.kind == Kind::virtual_host) == virtual_hosts) names.push_back(junction.name());
  }
  std::sort(names.begin(), names.end());
  std::string out;
  for (const std::string_view name : names) {
    out += name;
    out += '\n';
  }
  return out;
}

}  // namespace sallyport::junction
