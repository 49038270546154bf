#include "inbound/inbound_role.hpp"

#include <algorithm>

#include "exchange/relay.hpp"
#include "http/authority.hpp"
#include "http/trailers.hpp"

namespace sallyport::inbound {

using exchange::Exchange;

namespace {

// The status for a target that cannot be canonicalized.
int status_for_target(const Error& error) {
  if (error.code == Errc::too_large) return 414;
  return 400;
}

// Where the same thing is on our port for TLS; empty if the client did not say which host it wants.
std::string secure_place(const http::CanonicalTarget& target, std::uint16_t port) {
  auto authority = http::parse_authority(target.authority());
  if (!authority || target.is_asterisk()) return {};
  authority->port = port;
  return "https://" + authority->to_string(443) + target.to_string();
}

// Without the port, as the policies have it.
std::string host_of(const http::CanonicalTarget& target) {
  auto authority = http::parse_authority(target.authority());
  if (!authority) return {};
  if (authority->host.ends_with('.')) authority->host.pop_back();
  return std::move(authority->host);
}

// The mount point itself, asked for without a final '/': a browser would resolve the relative links of its page outside
// the junction. On a transparent path the server behind knows that and says so itself.
bool is_bare_mount_point(const junction::Route& route, const http::CanonicalTarget& target, std::string_view method) {
  return route.junction->kind == junction::Kind::standard && (method == "GET" || method == "HEAD") &&
         target.path() == route.junction->point && !target.path().ends_with('/') &&
         target.wire_path().find(';') == std::string::npos;
}

std::string with_final_slash(const http::CanonicalTarget& target) {
  std::string place = target.wire_path() + '/';
  if (target.has_query()) place += '?' + target.query();
  return place;
}

// For Allow (RFC 9110 section 10.2.1): the usual methods without the disabled ones; policy may say no to more.
std::string allowed_methods(const std::vector<std::string>& disabled) {
  std::string list;
  for (const char* const method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"}) {
    if (std::find(disabled.begin(), disabled.end(), method) != disabled.end()) continue;
    if (!list.empty()) list += ", ";
    list += method;
  }
  return list;
}

// Is this the browser's return to a request that a login has interrupted?
bool is_return(const Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
               const session::Session& session) {
  return session.parked && !x.request().asks_for_tunnel &&
         session::is_return(*session.parked, x.request(), target, session.subject, x.loop().now(), snapshot.park_limits);
}

authz::ObjectName judged_object(const Snapshot& snapshot, const http::CanonicalTarget& target,
                                const Result<junction::Route>& route) {
  // What no junction serves is judged too, as an object of the server: a visitor learns no names.
  if (!route) return authz::ObjectName::of(snapshot.server_object, target);
  auto routed = junction::object_of(*route, snapshot.server_object, target);
  // A name that cannot be judged is judged as the root of everything, which nobody reads by default.
  return routed ? std::move(*routed) : *authz::ObjectName::parse("/");
}

std::string to_text(const pki::CertificateRefusal& refusal) {
  return std::string(pki::name_of(refusal.fault)) + ": " + refusal.detail;
}

class JunctionFields final : public exchange::FieldPlanner {
 public:
  JunctionFields(const http::RequestHead& request, const junction::Route& route, const identity::Subject& subject,
                 const junction::ClientFacts& client, const junction::HeaderRules& rules)
      : request_(request), route_(route), subject_(subject), client_(client), rules_(rules) {}

  http::Headers request_fields(std::size_t server) const override {
    return junction::plan_request(route_, route_.junction->servers[server], subject_, client_, request_, rules_);
  }
  void pass_response_fields(std::size_t server, http::Headers& fields) const override {
    junction::plan_response(*route_.junction, route_.junction->servers[server], rules_, fields);
  }
  http::Headers passing_trailers(const http::Headers& trailers) const override {
    return http::passing_trailers(trailers, route_.junction->trailers, rules_.reserved);
  }

 private:
  const http::RequestHead& request_;
  const junction::Route& route_;
  const identity::Subject& subject_;
  const junction::ClientFacts& client_;
  const junction::HeaderRules& rules_;
};

}  // namespace

InboundRole::InboundRole(async::Context context, Commons& commons, upstream::Pool& pool)
    : commons_(commons),
      pool_(pool),
      sessions_(commons),
      prompts_(commons, sessions_),
      proofs_(commons, sessions_),
      certificate_flow_(commons, sessions_, proofs_),
      totp_flow_(commons, sessions_, prompts_, proofs_),
      login_(commons, sessions_, prompts_, proofs_, certificate_flow_, totp_flow_),
      session_watch_(context, commons) {}

authz::Decision InboundRole::decide(const Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                    const Visitor& visitor, const Result<junction::Route>& route) const {
  authz::Request request;
  request.method = x.request().method;
  const identity::Subject& subject = visitor.subject();
  const authz::Environment environment{x.client().address, x.client().secure, subject.level()};
  return authz::decide(*snapshot.policy, subject, judged_object(snapshot, target, route), snapshot.methods, environment,
                       std::move(request));
}

void InboundRole::audit_denial(const Exchange& x, const authz::Denial& denial, const Visitor& visitor) {
  log::AuditRecord record = x.audit_record("authz", "access", log::Outcome::failure);
  record.reason = authz::name_of(denial.reason);
  const std::string user(denial.subject.name());
  record.user = user;
  record.object = denial.object.text();
  record.method = denial.request.method;
  if (visitor.session) record.session = visitor.session->handle;
  std::string detail = denial.acl.empty() ? "" : "acl " + denial.acl + " at " + denial.acl_object;
  if (!denial.pop.empty()) detail = "pop " + denial.pop + " at " + denial.pop_object;
  record.detail = detail;
  commons_.logs.audit(record);
}

void InboundRole::audit_warning(const Exchange& x, const authz::Permit& permit, const Visitor& visitor) {
  log::AuditRecord record = x.audit_record("authz", "access", log::Outcome::success);
  record.reason = authz::name_of(*permit.warning());
  record.user = visitor.subject().name();
  record.object = permit.object().text();
  record.method = permit.method();
  if (visitor.session) record.session = visitor.session->handle;
  const std::string detail = "warning mode of pop " + std::string(permit.pop()) + ": would not be permitted";
  record.detail = detail;
  commons_.logs.audit(record);
}

void InboundRole::audit_step_up(const Exchange& x, const authz::StepUp& wanted, const Visitor& visitor) {
  log::AuditRecord record = x.audit_record("authz", "access", log::Outcome::failure);
  record.reason = authz::name_of(authz::DenialReason::level_too_low);
  record.user = wanted.subject.name();
  record.object = wanted.object.text();
  record.method = wanted.request.method;
  if (visitor.session) record.session = visitor.session->handle;
  const std::string detail = "pop " + wanted.pop + " at " + wanted.pop_object + ": level " +
                             std::to_string(wanted.level) + " needed, " + std::to_string(wanted.subject.level()) +
                             " there";
  record.detail = detail;
  commons_.logs.audit(record);
}

// A name that is not ours is somebody else's, who points it at us (DNS rebinding), or a way around what is configured
// for the names that we have (attack A10). TLS and HTTP may name different hosts (a browser shares connections), if
// both are ours.
bool InboundRole::is_ours(const Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target) const {
  if (snapshot.settings->server.allow_unknown_hosts) return true;
  const std::string& name = x.client().server_name;
  return snapshot.host_names.contains(target.authority()) && (name.empty() || snapshot.host_names.contains(name));
}

void InboundRole::audit_misdirected(const Exchange& x, const http::CanonicalTarget& target, std::string_view reason) {
  log::AuditRecord record = x.audit_record("authz", "access", log::Outcome::failure);
  record.reason = reason;
  record.object = target.path();
  record.method = x.request().method;
  std::string detail = "host " + target.authority();
  if (!x.client().server_name.empty()) detail += ", server name " + x.client().server_name;
  record.detail = detail;
  commons_.logs.audit(record);
}

// Was the connection made under the interface's rules for the host that is asked for now, and has its client met them? The
// handshake knew the server name alone, and HTTP may name another host (attack A11); a reload may have changed the rules.
// Otherwise the request has been answered.
async::Task<bool> InboundRole::meets_client_auth(Exchange& x, const Snapshot& snapshot,
                                                 const http::CanonicalTarget& target,
                                                 const ConnectionSecurity& security) {
  const tls::ClientAuth wanted = snapshot.interface_of(x.client()).client_auth.of(host_of(target));
  if (!tls::same_handshake(wanted, security.stream->client_auth())) {
    audit_misdirected(x, target, "other-client-authentication");
    co_await x.refuse(421, "the connection was made under another host's rules for client certificates");
    co_return false;
  }
  if (wanted == tls::ClientAuth::required && (!security.certificate || !*security.certificate)) {
    audit_misdirected(x, target, "no-client-certificate");
    const std::string why = security.certificate ? to_text(security.certificate->error()) : "no certificate";
    co_await x.refuse(403, why);
    co_return false;
  }
  co_return true;
}

async::Task<> InboundRole::handle(Exchange& x, const Snapshot& snapshot, ClientConnection& connection) {
  Result<http::CanonicalTarget> target = http::canonicalize(x.request(), snapshot.target_rules);
  if (!target) {
    const int status = status_for_target(target.error());
    co_await x.refuse(status, target.error().to_string());
    co_return;
  }
  if (!is_ours(x, snapshot, *target)) {
    audit_misdirected(x, *target, "unknown-host");
    co_await x.refuse(421, "the host is none of this server's");
    co_return;
  }
  const Interface& interface = snapshot.interface_of(x.client());
  if (!x.client().secure) {
    const std::string place = secure_place(*target, interface.https_port);
    if (place.empty()) {
      co_await x.refuse(400, "no host to redirect to");
    } else {
      co_await x.redirect(place, 308);
    }
    co_return;
  }
  if (interface.is_for_logins) {
    if (authn::local_url_of(*target) == authn::LocalUrl::none) {
      const std::string place = secure_place(*target, interface.https_port);
      co_await x.redirect(place, 307);
      co_return;
    }
  } else if (connection.security().certificate || interface.client_auth.asks()) {
    const bool meets = co_await meets_client_auth(x, snapshot, *target, connection.security());
    if (!meets) co_return;
  }
  for (const std::string& method : snapshot.disabled_methods) {
    if (x.request().method == method) {
      x.add_response_header("Allow", allowed_methods(snapshot.disabled_methods));
      co_await x.refuse(405, "this method is disabled");
      co_return;
    }
  }
  Visitor visitor = co_await sessions_.resume(x, snapshot, connection.security().given);
  if (visitor.id) connection.carries(*visitor.id);
  const authn::LocalUrl url = authn::local_url_of(*target);
  if (url != authn::LocalUrl::none) {
    if (x.request().asks_for_tunnel) {
      co_await x.refuse(404, "no WebSocket is here");
      co_return;
    }
    if (visitor.session && visitor.session->subject.is_authenticated()) {
      x.set_user(std::string(visitor.session->subject.name()));
    }
    const std::optional<session::SessionId> before = visitor.id;
    co_await login_.serve(x, snapshot, *target, visitor, url, connection);
    // Whoever comes after a logout brings a certificate of his own: connections that hold another's end with the session.
    const bool has_ended = before && !visitor.id;
    if (has_ended && connection.security().stream->has_asked()) commons_.session_drains.drain(*before);
    co_return;
  }
  if (connection.security().certificate && !visitor.subject().is_authenticated()) {
    const bool goes_on = co_await certificate_flow_.log_in_by_connection(x, snapshot, visitor, connection);
    if (!goes_on) co_return;
  }
  const bool go_on = co_await login_.try_basic(x, snapshot, visitor);
  if (!go_on) co_return;
  if (visitor.session && visitor.session->subject.is_authenticated()) {
    x.set_user(std::string(visitor.session->subject.name()));
    if (is_return(x, snapshot, *target, *visitor.session)) co_await take_parked(x, visitor);
  }
  const Result<junction::Route> route = snapshot.junctions.route(*target);
  authz::Decision decision = decide(x, snapshot, *target, visitor, route);
  if (auto* const permit = std::get_if<authz::Permit>(&decision)) {
    if (permit->warning()) audit_warning(x, *permit, visitor);
    co_await deliver(x, snapshot, *target, visitor, route, std::move(*permit));
    co_return;
  }
  co_await step_up_or_refuse(x, snapshot, *target, visitor, decision, connection);
}

// The request that a login has interrupted goes on in the place of this one, which is the browser's return to it.
async::Task<bool> InboundRole::take_parked(Exchange& x, Visitor& visitor) {
  const std::shared_ptr<const session::ParkedRequest> parked = visitor.session->parked;
  // Taken out first: whatever becomes of it, it is sent on once at most (attack F6).
  const Sessions::Change take = [&](const session::Session& now) -> std::optional<session::Session> {
    if (now.parked != parked) return std::nullopt;
    return session::with_parked(now, nullptr);
  };
  const bool taken = co_await sessions_.change(visitor, take);
  if (taken) x.replace_request(session::replayed(*parked, x.request()), parked->body);
  co_return taken;
}

// Answers what is no permit.
async::Task<> InboundRole::step_up_or_refuse(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                             Visitor& visitor, const authz::Decision& decision,
                                             ClientConnection& connection) {
  const bool is_user = visitor.subject().is_authenticated();
  if (const auto* const wanted = std::get_if<authz::StepUp>(&decision)) {
    audit_step_up(x, *wanted, visitor);
    if (is_user) {
      co_await login_.challenge_to_step_up(x, snapshot, target, visitor, wanted->level, connection);
    } else {
      co_await login_.challenge(x, snapshot, target, visitor, wanted->level, connection);
    }
    co_return;
  }
  const authz::Denial& denial = std::get<authz::Denial>(decision);
  audit_denial(x, denial, visitor);
  // Where somebody comes from, and how, does not change with a login.
  const bool is_of_place = denial.reason == authz::DenialReason::forbidden_network ||
                           denial.reason == authz::DenialReason::privacy_required;
  // WebSEAL asks every visitor without a name to log in, whether that would help or not: what a user may do is nobody
  // else's business.
  if (!is_user && !is_of_place) {
    co_await login_.challenge(x, snapshot, target, visitor, 0, connection);
    co_return;
  }
  co_await x.refuse(403, "policy");
}

async::Task<> InboundRole::deliver(Exchange& x, const Snapshot& snapshot, const http::CanonicalTarget& target,
                                   const Visitor& visitor, const Result<junction::Route>& found,
                                   authz::Permit permit) {
  if (!found) {
    const int status = found.error().code == Errc::malformed ? 400 : 404;
    co_await x.refuse(status, found.error().to_string());
    co_return;
  }
  const junction::Route& route = *found;
  x.set_junction(route.junction->name());
  if (is_bare_mount_point(route, target, x.request().method)) {
    co_await x.redirect(with_final_slash(target));
    co_return;
  }
  pool_.set_options(snapshot.pool_options);
  const auto servers = snapshot.servers.find(route.junction->name());
  const std::vector<upstream::Candidate>* candidates = nullptr;
  if (servers != snapshot.servers.end()) candidates = &servers->second.for_session(visitor.session.get());
  if (candidates == nullptr || candidates->empty()) {
    co_await x.refuse(503, "every server of the junction is offline");
    co_return;
  }
  junction::ClientFacts facts;
  facts.address = x.client().address_text;
  facts.request_id = x.id();
  facts.scheme = "https";
  facts.authority = target.authority();
  // A proxy does not say which port its client has.
  if (x.client().address == x.client().peer.address) facts.port = x.client().peer.port;
  const config::JunctionSettings& settings = snapshot.settings->junction;
  exchange::RelayPlan plan;
  plan.candidates = candidates;
  plan.method = x.request().method;
  plan.target = route.upstream_target;
  plan.upgrade = exchange::requested_upgrade(x.request(), x.body().framing());
  plan.response_timeout =
      route.junction->type == junction::Type::ssl ? settings.https_timeout : settings.http_timeout;
  plan.tunnel_idle = settings.websocket_idle_timeout;
  plan.max_attempts = settings.max_retries + 1;
  plan.passes_trailers = !route.junction->trailers.empty();
  const JunctionFields fields(x.request(), route, visitor.subject(), facts, snapshot.header_rules);
  plan.fields = &fields;
  const SessionWatch::Entry watched(session_watch_, visitor, x);
  co_await exchange::relay(x, std::move(permit), plan, pool_);
}

}  // namespace sallyport::inbound
