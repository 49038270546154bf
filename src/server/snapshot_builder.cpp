#include "server/snapshot_builder.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "config/checks.hpp"
#include "config/interfaces.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "http/authority.hpp"
#include "server/certificate_setup.hpp"
#include "server/files.hpp"
#include "server/interfaces.hpp"

namespace sallyport::server {
namespace {

upstream::PoolOptions pool_options(const config::JunctionSettings& settings) {
  upstream::PoolOptions options;
  options.connect_timeout = settings.connect_timeout;
  options.idle_timeout = settings.persistent_con_timeout;
  options.failed_server_retry = settings.failed_server_retry_time;
  options.max_idle_per_key = settings.max_cached_persistent_connections;
  options.max_per_server = settings.max_connections_per_server;
  options.head_limits.max_head = settings.max_response_head;
  options.head_limits.max_start_line = settings.max_response_head;
  options.head_limits.max_field_count = 500;
  options.h2_limits.head = options.head_limits;
  options.h2_limits.max_concurrent_streams = 100;
  options.h2_limits.stream_window = 128 * 1024;
  return options;
}

void set_limits(inbound::Snapshot& snapshot) {
  const config::Settings& settings = *snapshot.settings;
  snapshot.head_limits.max_start_line = settings.server.max_request_line;
  snapshot.head_limits.max_head = settings.server.max_client_read;
  snapshot.head_limits.max_field_count = settings.server.max_header_count;
  snapshot.h2_limits.head = snapshot.head_limits;
  snapshot.h2_limits.max_concurrent_streams = settings.server.http2_max_concurrent_streams;
  snapshot.h2_limits.stream_window = settings.server.http2_initial_window_size;
  snapshot.h2_limits.connection_window = 4 * settings.server.http2_initial_window_size;
  snapshot.target_rules.max_length = settings.server.max_request_line;
  snapshot.exchange_options.body_stall = settings.server.intra_connection_timeout;
  snapshot.exchange_options.min_receive_rate = settings.server.min_receive_rate;
  snapshot.exchange_options.min_send_rate = settings.server.min_send_rate;
  snapshot.exchange_options.slow_peer_grace = settings.server.slow_peer_grace;
  snapshot.exchange_options.announce_server = !settings.server.suppress_server_identity;
  snapshot.pool_options = pool_options(settings.junction);
  snapshot.pool_options.write_stall = settings.server.intra_connection_timeout;
  snapshot.session_limits.lifetime = settings.session.timeout;
  snapshot.session_limits.inactivity = settings.session.inactive_timeout;
  snapshot.session_limits.anonymous_lifetime = settings.session.unauth_timeout;
  snapshot.park_limits.max_body = settings.server.request_body_max_read;
  snapshot.park_limits.max_total = settings.server.request_body_max_read + settings.server.max_client_read;
  snapshot.disabled_methods = settings.server.http_method_disabled_remote;
  snapshot.header_rules.reserved = junction::reserved_names();
  snapshot.header_rules.own_cookies = {snapshot.session_cookie.name()};
  snapshot.header_rules.keep_server_field = !settings.server.suppress_server_identity;
}

Result<> set_levels(inbound::Snapshot& snapshot) {
  const config::Settings& settings = *snapshot.settings;
  std::vector<std::string_view> names;
  for (const config::LevelName level : settings.authentication_levels.level) {
    names.push_back(config::kLevelNames[static_cast<std::size_t>(level)]);
  }
  auto ladder = authn::StepUpLadder::make(names, settings.step_up.step_up_at_higher_level);
  if (!ladder) return fail(ladder.error().code, "[authentication-levels]: " + ladder.error().detail);
  snapshot.ladder = std::move(*ladder);
  for (const std::string& name : snapshot.certificate_rules.level_names()) {
    const auto level = snapshot.ladder.level_named(name);
    if (level && *level > 0) continue;
    return fail(Errc::bad_config, "[certificate-levels] rule: there is no level " + name + " in [authentication-levels]");
  }
  snapshot.level_lifetimes.of.assign(names.size(), Duration::zero());
  for (const config::MapEntry& entry : settings.level_lifetime) {
    const auto level = std::find(names.begin(), names.end(), entry.key);
    const auto lifetime = config::duration_from(entry.value);
    if (level == names.end() || !lifetime) return fail(Errc::bad_config, "[level-lifetime] " + entry.key);
    snapshot.level_lifetimes.of[static_cast<std::size_t>(level - names.begin())] = *lifetime;
  }
  return Result<>();
}

Result<> set_header_names(inbound::Snapshot& snapshot) {
  junction::HeaderRules& rules = snapshot.header_rules;
  for (const config::MapEntry& entry : snapshot.settings->header_names) {
    const auto datum = junction::datum_from(entry.key);
    if (!datum) return fail(datum.error().code, "[header-names]: " + datum.error().detail);
    rules.data.emplace_back(*datum, entry.value);
    rules.reserved.add(entry.value);
  }
  rules.host_name = web_host_name(*snapshot.settings);
  rules.server_name = snapshot.settings->server.server_name + "-sallyport-" + rules.host_name;
  return Result<>();
}

// How a server is reached over TLS.
struct Reach {
  std::shared_ptr<const tls::ClientContext> context;
  // Of all that the context was made from. A connection that was verified by other authorities, or that carries another
  // certificate of ours, is no connection for this one.
  std::string digest;
};

Result<Reach> reach_over_tls(const junction::Junction& junction,
                                                                 const junction::Server& server,
                                                                 const config::JunctionSettings& settings) {
  tls::ClientOptions options;
  const std::string ca_file = junction.ca_file.empty() ? settings.jct_ca_file : junction.ca_file;
  if (!ca_file.empty()) {
    auto pem = read_file(ca_file, kMostPem);
    if (!pem) return fail(pem.error());
    options.trust_pem = std::move(*pem);
    options.trust_origin = ca_file;
  }
  std::string certificate = junction.client_certificate;
  std::string key = certificate;
  if (certificate.empty()) {
    certificate = settings.jct_client_cert_file;
    key = settings.jct_client_key_file;
  }
  if (!certificate.empty()) {
    auto pair = read_pair(certificate, key);
    if (!pair) return fail(pair.error());
    options.certificate = std::move(*pair);
  }
  options.required_dn = server.dn;
  options.alpn = {"http/1.1"};
  auto context = tls::ClientContext::make(options);
  if (!context) return fail(context.error());
  std::string all;
  const tls::CertificatePair pair = options.certificate.value_or(tls::CertificatePair());
  for (const std::string_view part : {std::string_view(options.trust_pem), std::string_view(pair.chain_pem),
                                      std::string_view(pair.key_pem), std::string_view(options.required_dn)}) {
    all += std::to_string(part.size()) + ' ';
    all += part;
  }
  Reach reach{std::move(*context), hex_encoded(crypto::sha256(all))};
  wipe(all);
  return reach;
}

// The name that the server's certificate must have: the one it is asked under, without a port.
std::string tls_name_of(const junction::Server& server) {
  const auto asked = http::parse_authority(server.virtual_host);
  if (!asked) return server.host;
  const std::string& host = asked->host;
  return host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

void add_host_names(inbound::Snapshot& snapshot) {
  http::HostNames& names = snapshot.host_names;
  names.add(web_host_name(*snapshot.settings));
  for (const std::string& alias : snapshot.settings->server.web_host_alias) names.add(alias);
  for (const auto& junction : snapshot.junctions.virtual_hosts()) {
    if (const auto authority = http::parse_authority(junction->authority)) names.add(authority->host);
  }
}

// The same id may be given to another server later.
std::string activity_key(const junction::Server& server) {
  return server.uuid + ' ' + server.host + ':' + std::to_string(server.port);
}

std::shared_ptr<upstream::Activity> activity_for(const junction::Server& server, const inbound::Snapshot* previous) {
  if (previous != nullptr) {
    const auto found = previous->activity.find(activity_key(server));
    if (found != previous->activity.end()) return found->second;
  }
  return std::make_shared<upstream::Activity>();
}

}  // namespace

std::vector<junction::ServerActivity> activity_of(const inbound::Snapshot& snapshot,
                                                  const std::vector<junction::Junction>& junctions) {
  std::vector<junction::ServerActivity> out;
  for (const junction::Junction& junction : junctions) {
    for (const junction::Server& server : junction.servers) {
      const auto found = snapshot.activity.find(activity_key(server));
      if (found == snapshot.activity.end()) continue;
      junction::ServerActivity activity;
      activity.uuid = server.uuid;
      activity.current_requests = found->second->current.load(std::memory_order_relaxed);
      activity.total_requests = found->second->total.load(std::memory_order_relaxed);
      out.push_back(std::move(activity));
    }
  }
  return out;
}

std::string web_host_name(const config::Settings& settings) {
  if (!settings.server.web_host_name.empty()) return settings.server.web_host_name;
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

Result<authz::ObjectName> server_object(const config::Settings& settings) {
  return authz::ObjectName::of_server(web_host_name(settings), settings.server.server_name);
}

Result<> SnapshotBuilder::add_servers(inbound::Snapshot& snapshot, const SnapshotParts& parts) {
  for (const junction::Junction& junction : *parts.junctions) {
    inbound::JunctionServers servers;
    for (std::size_t i = 0; i < junction.servers.size(); ++i) {
      const junction::Server& server = junction.servers[i];
      auto activity = activity_for(server, parts.previous);
      snapshot.activity[activity_key(server)] = activity;
      if (server.state == junction::OperationalState::offline) continue;
      upstream::Candidate candidate;
      candidate.server = server.host + ":" + std::to_string(server.port);
      // The same id may be given to another server later.
      candidate.key = junction.name() + ' ' + server.uuid + ' ' + candidate.server;
      candidate.key += junction.type == junction::Type::ssl ? " ssl" : " tcp";
      candidate.http_2 = junction.http_2;
      if (junction.http_2) candidate.key += " http2";
      candidate.host = server.host;
      candidate.port = server.port;
      candidate.index = i;
      candidate.priority = server.priority;
      candidate.activity = std::move(activity);
      if (junction.type == junction::Type::ssl) {
        auto reach = reach_over_tls(junction, server, snapshot.settings->junction);
        if (!reach) {
          return fail(reach.error().code, "junction " + junction.name() + ": " + reach.error().detail);
        }
        candidate.tls = std::move(reach->context);
        if (junction.http_2) {
          candidate.tls_http_1 = candidate.tls;
          candidate.tls = candidate.tls->with_alpn({"h2", "http/1.1"});
        }
        candidate.tls_name = tls_name_of(server);
        candidate.key += ' ' + candidate.tls_name + ' ' + reach->digest;
      }
      servers.with_throttled.push_back(candidate);
      if (server.state == junction::OperationalState::online) {
        servers.online.push_back(std::move(candidate));
      } else {
        // Sessions know the steady clock only.
        const auto age = wall_now() - WallTime(std::chrono::seconds(server.state_since));
        servers.throttled_since = std::min(servers.throttled_since, std::chrono::steady_clock::now() - age);
      }
    }
    snapshot.servers.emplace(junction.name(), std::move(servers));
  }
  return Result<>();
}

Result<std::shared_ptr<const inbound::Snapshot>> SnapshotBuilder::build(const SnapshotParts& parts, bool fresh) {
  const config::Settings& settings = *parts.settings;
  auto object = server_object(settings);
  if (!object) return fail(object.error());
  auto cookie = session::SessionCookie::make(settings.session.ssl_session_cookie_name);
  if (!cookie) return fail(Errc::bad_config, "ssl-session-cookie-name does not begin with __Host-");
  auto snapshot = std::make_shared<inbound::Snapshot>(std::move(*object), std::move(*cookie));
  snapshot->generation = ++generation_;
  snapshot->settings = parts.settings;

  if (!fresh && parts.previous != nullptr) {
    snapshot->pages = parts.previous->pages;
    snapshot->interfaces = parts.previous->interfaces;
    snapshot->certificate_rules = parts.previous->certificate_rules;
    snapshot->client_verifier = parts.previous->client_verifier;
  } else {
    const std::string root =
        settings.acnt_mgt.mgt_pages_root.empty() ? SALLYPORT_DATADIR "/pages" : settings.acnt_mgt.mgt_pages_root;
    auto pages = inbound::Pages::load(root, settings.acnt_mgt.error_pages_root);
    if (!pages) return fail(pages.error());
    for (const char* const needed : {"certlogin.html", "certfailure.html"}) {
      if (config::asks_late(settings) && !(*pages)->has(needed)) {
        return fail(Errc::not_found, root + "/" + needed + ": this page is needed for accept-client-certs = prompt_as_needed");
      }
    }
    snapshot->pages = std::move(*pages);
    if (settings.authentication_levels.level.size() > 2 && !snapshot->pages->has("stepuplogin.html")) {
      return fail(Errc::not_found, root + "/stepuplogin.html: this page is needed for several [authentication-levels]");
    }
    auto rules = certificate_rules(settings);
    if (!rules) return fail(rules.error());
    snapshot->certificate_rules = std::move(*rules);
    auto interfaces = make_interfaces(settings, tickets_);
    if (!interfaces) return fail(interfaces.error());
    snapshot->interfaces = std::move(*interfaces);
    auto verifier = verification_.make(settings);
    if (!verifier) return fail(verifier.error());
    snapshot->client_verifier = std::move(*verifier);
  }

  snapshot->policy = parts.policy->freeze(snapshot->generation);
  std::vector<std::pair<std::string, std::string>> permissions;
  for (const auto& entry : settings.http_method_perms) permissions.emplace_back(entry.key, entry.value);
  auto methods = authz::MethodMap::make(permissions);
  if (!methods) return fail(methods.error().code, "[http-method-perms]: " + methods.error().detail);
  snapshot->methods = std::move(*methods);

  auto table = junction::JunctionTable::make(*parts.junctions);
  if (!table) return fail(table.error());
  snapshot->junctions = std::move(*table);
  add_host_names(*snapshot);
  set_limits(*snapshot);
  if (const auto set = set_levels(*snapshot); !set) return fail(set.error());
  if (const auto named = set_header_names(*snapshot); !named) return fail(named.error());
  if (const auto added = add_servers(*snapshot, parts); !added) return fail(added.error());

  snapshot->registry = parts.registry;
  return std::shared_ptr<const inbound::Snapshot>(std::move(snapshot));
}

}  // namespace sallyport::server
