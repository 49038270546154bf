#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "authn/step_up_ladder.hpp"
#include "authz/decide.hpp"
#include "config/settings.hpp"
#include "exchange/exchange.hpp"
#include "http/h1_parser.hpp"
#include "http/h2_session.hpp"
#include "http/host_names.hpp"
#include "http/target.hpp"
#include "inbound/interface.hpp"
#include "inbound/pages.hpp"
#include "junction/headers.hpp"
#include "junction/table.hpp"
#include "login/certificate_rules.hpp"
#include "login/password_registry.hpp"
#include "pki/client_verifier.hpp"
#include "session/session.hpp"
#include "session/session_cookie.hpp"
#include "upstream/pool.hpp"

namespace sallyport::inbound {

// The servers of a junction by what the administrator said about them. An offline server is in neither list.
struct JunctionServers {
  std::vector<upstream::Candidate> online;
  // With the throttled ones: for users whose session is older than the throttling.
  std::vector<upstream::Candidate> with_throttled;
  TimePoint throttled_since = TimePoint::max();

  const std::vector<upstream::Candidate>& for_session(const session::Session* session) const {
    const bool is_older = session != nullptr && session->subject.is_authenticated() &&
                          session->created < throttled_since;
    return is_older ? with_throttled : online;
  }
};

// Everything that a request is judged and served by, as it was at one moment. Immutable; a request pins the one that it
// met on arrival for its whole life, a reload or a command publishes another one.
struct Snapshot {
  Snapshot(authz::ObjectName object, session::SessionCookie cookie)
      : server_object(std::move(object)), session_cookie(std::move(cookie)) {}

  // Whether this peer may say who the client is.
  bool is_trusted_proxy(const IpAddress& address) const {
    for (const Cidr& network : settings->server.trusted_proxies) {
      if (network.contains(address)) return true;
    }
    return false;
  }

  const Interface& interface_of(const exchange::ClientFacts& client) const { return interfaces[client.interface]; }

  std::uint64_t generation = 0;
  std::shared_ptr<const config::Settings> settings;

  authz::ObjectName server_object;  // "/WebSEAL/<host>-<instance>"
  std::shared_ptr<const authz::Policy> policy;
  authz::MethodMap methods = authz::MethodMap::standard();
  std::vector<std::string> disabled_methods;

  http::HostNames host_names;  // what may be asked for; see is_ours()
  junction::JunctionTable junctions;
  std::map<std::string, JunctionServers, std::less<>> servers;  // by the junction's name
  // Of all servers, those offline too; by id and address. Shared with the snapshots before and after this one.
  std::map<std::string, std::shared_ptr<upstream::Activity>, std::less<>> activity;

  std::shared_ptr<login::PasswordRegistry> registry;
  login::CertificateRules certificate_rules;
  std::shared_ptr<const Pages> pages;
  std::vector<Interface> interfaces;  // by number
  std::shared_ptr<const pki::ClientVerifier> client_verifier;  // null without authorities for clients

  // The parts of the settings in the terms of the rooms that use them.
  http::HeadLimits head_limits;
  http::H2Limits h2_limits;
  http::TargetRules target_rules;
  exchange::ExchangeOptions exchange_options;
  upstream::PoolOptions pool_options;
  session::Limits session_limits;
  session::ParkLimits park_limits;
  session::LevelLifetimes level_lifetimes;
  authn::StepUpLadder ladder;
  session::SessionCookie session_cookie;
  junction::HeaderRules header_rules;
};

}  // namespace sallyport::inbound
