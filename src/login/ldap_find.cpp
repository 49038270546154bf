#include "base/text.hpp"
#include "login/dn.hpp"
#include "login/ldap_filter.hpp"
#include "login/ldap_login.hpp"

namespace sallyport::login {
namespace {

// What to ask the directory for. Nothing, if it can be no user's.
Result<LdapQuery> query_for(const LdapRules& rules, const EntryMatch& match) {
  LdapQuery query;
  query.base = rules.user_base;
  if (!match.dn.empty()) {
    if (!is_below(match.dn, rules.user_base)) {
      return fail(Errc::not_found, "\"" + log_escaped(match.dn, 200) + "\" is not below [ldap] user-search-base",
                  Side::directory);
    }
    query.base = match.dn;
    query.scope = LdapQuery::Scope::entry;
  }
  query.filter = match_filter(rules.object_class, match.conditions);
  query.attributes.push_back(rules.name_attribute);
  for (const auto& condition : match.conditions) query.attributes.push_back(condition.attribute);
  query.most = 2;
  return query;
}

// Whether the entry shows what it was found by. A directory calls things equal that differ, and may have found the entry
// by an attribute that we cannot read, so that nobody could say whether it was.
Result<> check_shown(const LdapEntry& entry, const EntryMatch& match) {
  if (!match.dn.empty()) {
    const auto wanted = normalised_dn(match.dn);
    const auto found = normalised_dn(entry.dn);
    if (!wanted || !found || *wanted != *found) {
      return fail(Errc::denied, "the directory spells the name \"" + log_escaped(entry.dn, 200) + "\"",
                  Side::directory);
    }
  }
  for (const auto& condition : match.conditions) {
    if (has_same_value(entry.values(condition.attribute), condition.value)) continue;
    return fail(Errc::denied, log_escaped(entry.dn, 200) + " shows no " + condition.attribute + " of the value \"" +
                                  log_escaped(condition.value, 200) + "\"", Side::directory);
  }
  return Result<>();
}

}  // namespace

Result<CredentialPtr> find_entry(LdapSession& session, const LdapRules& rules, const EntryMatch& match) {
  const auto query = query_for(rules, match);
  if (!query) return fail(query.error());
  const auto answer = session.search(*query);
  if (!answer) {
    // The entry itself is not there, or not even the base.
    const bool is_nobody = answer.error().code == Errc::not_found && !match.dn.empty();
    if (is_nobody) return fail(Errc::not_found, "no such entry", Side::directory);
    if (answer.error().code != Errc::not_found) return fail(answer.error());
    return fail(Errc::unavailable, answer.error().detail, Side::directory);
  }
  if (answer->entries.size() > 1 || !answer->is_complete) {
    return fail(Errc::denied, "more than one entry fits", Side::directory);
  }
  if (answer->entries.empty() || answer->entries.front().dn.empty()) {
    return fail(Errc::not_found, "no entry fits", Side::directory);
  }
  const LdapEntry& entry = answer->entries.front();
  if (const auto shown = check_shown(entry, match); !shown) return fail(shown.error());
  const auto name = name_of_entry(entry.dn, rules.name_attribute, entry.values(rules.name_attribute));
  if (!name) return fail(name.error());
  // By the name, as at every other login: it has to be this entry's alone, since policy knows users by their names.
  auto user = look_up_user(session, rules, *name);
  if (!user) return user;
  const auto found = normalised_dn(entry.dn);
  const auto named = normalised_dn((*user)->dn());
  if (!found || !named || *found != *named) {
    return fail(Errc::denied, "another entry has the name \"" + log_escaped(*name, 200) + "\" too", Side::directory);
  }
  return user;
}

}  // namespace sallyport::login
