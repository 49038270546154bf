#include "login/ldap_servers.hpp"

#include <algorithm>

namespace sallyport::login {

bool is_trouble(const Error& error) {
  return error.code != Errc::malformed && error.code != Errc::not_found && error.code != Errc::denied &&
         error.code != Errc::already_exists;
}

LdapSession::~LdapSession() {
  if (search_.connection) servers_.give_back(server_, Use::search, std::move(search_.connection));
  if (password_.connection) servers_.give_back(server_, Use::password, std::move(password_.connection));
}

// A connection that has been idle may have died unseen: that says nothing about the server, a new one will.
template <class Ask>
auto LdapSession::ask_on(Line& line, Use use, const Ask& ask) -> decltype(ask(*line.connection)) {
  for (;;) {
    if (patience_.is_over()) return fail(Errc::timeout, "the time for the login is over", Side::directory);
    if (!line.connection) {
      auto taken = servers_.take(server_, use, patience_);
      if (!taken) return fail(taken.error());
      line = std::move(*taken);
    }
    auto answer = ask(*line.connection);
    const bool has_died = !answer && answer.error().code == Errc::reset && line.was_idle;
    if (answer || !is_trouble(answer.error())) {
      line.was_idle = false;
      return answer;
    }
    servers_.discard(std::move(line.connection));
    if (!has_died) return answer;
  }
}

Result<LdapAnswer> LdapSession::search(const LdapQuery& query) {
  const auto ask = [&](LdapConnection& connection) {
    return connection.search(query, patience_.step(servers_.options_.operation_timeout));
  };
  return ask_on(search_, Use::search, ask);
}

Result<> LdapSession::change_value(const std::string& dn, const std::string& attribute, const Secret& before,
                                   const Secret& after) {
  const auto ask = [&](LdapConnection& connection) {
    return connection.change_value(dn, attribute, before, after, patience_.step(servers_.options_.operation_timeout));
  };
  return ask_on(search_, Use::search, ask);
}

Result<bool> LdapSession::check_password(const std::string& dn, const Secret& password) {
  const auto ask = [&](LdapConnection& connection) {
    return connection.bind(dn, password, patience_.step(servers_.options_.operation_timeout));
  };
  return ask_on(password_, Use::password, ask);
}

LdapServers::LdapServers(LdapServersOptions options, Observer observer)
    : options_(std::move(options)),
      observer_(std::move(observer)),
      health_(options_.links.size(), options_.retry_interval) {}

std::optional<LdapHealth::Turn> LdapServers::next(const std::vector<bool>& tried) {
  const std::lock_guard lock(mutex_);
  return health_.next(tried);
}

std::optional<LdapHealth::Turn> LdapServers::claim_due() {
  const std::lock_guard lock(mutex_);
  return health_.due(std::chrono::steady_clock::now());
}

void LdapServers::release(const LdapHealth::Turn& turn) {
  const std::lock_guard lock(mutex_);
  health_.released(turn);
}

bool LdapServers::is_enough(const LdapPatience& patience) const {
  return patience.left() >= options_.connect_timeout + options_.operation_timeout;
}

bool LdapServers::settle(const LdapHealth::Turn& turn, const Error* error, const LdapPatience& patience,
                         bool had_time) {
  const std::string& url = options_.links[turn.server].address.url;
  const bool is_well = error == nullptr || !is_trouble(*error);
  bool has_changed = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_well) {
      has_changed = health_.succeeded(turn);
    } else if (patience.has_given_up() || (patience.is_over() && !had_time)) {
      // It was cut short by us.
      health_.released(turn);
      return false;
    } else {
      has_changed = health_.failed(turn, std::chrono::steady_clock::now());
    }
  }
  if (has_changed && observer_) observer_(url, is_well ? nullptr : error);
  if (!is_well) drop_idle(turn.server);
  return !is_well && !patience.is_over();
}

void LdapServers::probe(const LdapHealth::Turn& turn) {
  const LdapPatience patience(std::chrono::steady_clock::now() + options_.connect_timeout +
                              3 * options_.operation_timeout);
  LdapQuery query;
  query.base = options_.probe_base;
  query.scope = LdapQuery::Scope::entry;
  query.filter = "(objectClass=*)";
  query.most = 1;
  LdapSession session(*this, turn.server, patience);
  const auto answer = session.search(query);
  if (answer || answer.error().code != Errc::not_found) {
    settle(turn, answer ? nullptr : &answer.error(), patience, true);
    return;
  }
  const Error empty(Errc::unavailable, answer.error().detail, Side::directory);  // a replica that is not filled yet
  settle(turn, &empty, patience, true);
}

Result<LdapSession::Line> LdapServers::take(std::size_t server, LdapSession::Use use, const LdapPatience& patience) {
  while (auto idle = take_idle(server, use)) {
    if (idle->is_usable()) return LdapSession::Line{std::move(idle), true};
    discard(std::move(idle));
  }
  auto opened = open(server, use, patience);
  if (!opened) return fail(opened.error());
  return LdapSession::Line{std::move(*opened), false};
}

Result<std::unique_ptr<LdapConnection>> LdapServers::open(std::size_t server, LdapSession::Use use,
                                                          const LdapPatience& patience) {
  make_room();
  auto opened = LdapConnection::open(options_.links[server], patience.step(options_.connect_timeout));
  if (!opened) {
    discard(nullptr);
    return fail(opened.error());
  }
  if (use == LdapSession::Use::password || options_.bind_dn.empty()) return opened;
  const auto bound =
      (*opened)->bind(options_.bind_dn, options_.bind_password, patience.step(options_.operation_timeout));
  if (bound && *bound) return opened;
  discard(std::move(*opened));
  if (!bound) return fail(bound.error());
  return fail(Errc::unavailable, options_.links[server].address.url + ": bind-dn or its password is not accepted",
              Side::directory);
}

std::unique_ptr<LdapConnection> LdapServers::take_idle(std::size_t server, LdapSession::Use use) {
  const TimePoint now = std::chrono::steady_clock::now();
  std::vector<Idle> old;  // closed behind the lock
  std::unique_ptr<LdapConnection> taken;
  {
    const std::lock_guard lock(mutex_);
    const auto is_fresh = [&](const Idle& idle) { return now - idle.since < options_.idle_timeout; };
    const auto fresh = std::find_if(idle_.begin(), idle_.end(), is_fresh);
    std::move(idle_.begin(), fresh, std::back_inserter(old));
    idle_.erase(idle_.begin(), fresh);
    open_ -= old.size();
    const auto fits = [&](const Idle& idle) { return idle.server == server && idle.use == use; };
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), fits);
    if (found != idle_.rend()) {
      taken = std::move(found->connection);
      idle_.erase(std::next(found).base());
    }
  }
  return taken;
}

// Counts one connection more; an idle one has to go if they are too many.
void LdapServers::make_room() {
  std::unique_ptr<LdapConnection> oldest;
  const std::lock_guard lock(mutex_);
  if (++open_ <= options_.max_connections || idle_.empty()) return;
  oldest = std::move(idle_.front().connection);
  idle_.erase(idle_.begin());
  --open_;
}

void LdapServers::give_back(std::size_t server, LdapSession::Use use, std::unique_ptr<LdapConnection> connection) {
  if (!connection->is_usable()) {
    discard(std::move(connection));
    return;
  }
  const std::lock_guard lock(mutex_);
  idle_.push_back(Idle{server, use, std::chrono::steady_clock::now(), std::move(connection)});
}

void LdapServers::discard(std::unique_ptr<LdapConnection> connection) {
  connection.reset();
  const std::lock_guard lock(mutex_);
  --open_;
}

void LdapServers::drop_idle(std::size_t server) {
  std::vector<Idle> dropped;  // closed when the lock is free again
  std::vector<Idle> kept;
  const std::lock_guard lock(mutex_);
  for (Idle& idle : idle_) (idle.server == server ? dropped : kept).push_back(std::move(idle));
  idle_ = std::move(kept);
  open_ -= dropped.size();
}

}  // namespace sallyport::login
