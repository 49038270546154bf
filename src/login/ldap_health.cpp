#include "login/ldap_health.hpp"

#include <utility>

namespace sallyport::login {

std::optional<LdapHealth::Turn> LdapHealth::next(const std::vector<bool>& tried) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (servers_[i].is_up && !tried[i]) return Turn{i, false};
  }
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    if (tried[i] || servers_[i].is_being_tried) continue;
    servers_[i].is_being_tried = true;
    return Turn{i, true};
  }
  return std::nullopt;
}

std::optional<LdapHealth::Turn> LdapHealth::due(TimePoint now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Server& server = servers_[i];
    if (server.is_up || server.is_being_tried || now < server.retry_at) continue;
    server.is_being_tried = true;
    return Turn{i, true};
  }
  return std::nullopt;
}

bool LdapHealth::succeeded(const Turn& turn) {
  released(turn);
  return !std::exchange(servers_[turn.server].is_up, true);
}

bool LdapHealth::failed(const Turn& turn, TimePoint now) {
  released(turn);
  servers_[turn.server].retry_at = now + retry_interval_;
  return std::exchange(servers_[turn.server].is_up, false);
}

void LdapHealth::released(const Turn& turn) {
  if (turn.is_trial) servers_[turn.server].is_being_tried = false;
}

}  // namespace sallyport::login
