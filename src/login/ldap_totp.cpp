#include "base/text.hpp"
#include "login/ldap_login.hpp"

namespace sallyport::login {
namespace {

Result<Secret> read_at(LdapSession& session, const LdapRules& rules, const std::string& dn) {
  LdapQuery query;
  query.base = dn;
  query.scope = LdapQuery::Scope::entry;
  query.filter = "(objectClass=*)";
  query.attributes = {rules.totp_attribute};
  query.most = 1;
  auto answer = session.search(query);
  if (!answer) return fail(answer.error());
  Secret found;
  std::size_t count = 0;
  for (LdapEntry& entry : answer->entries) {
    for (identity::Attribute& attribute : entry.attributes) {
      if (!equal_ignoring_case(attribute.name, rules.totp_attribute)) continue;
      count += attribute.values.size();
      for (std::string& value : attribute.values) found = Secret::take(std::move(value));
    }
  }
  if (count > 1) {
    return fail(Errc::malformed, log_escaped(dn, 200) + " has more than one " + rules.totp_attribute, Side::directory);
  }
  return found;
}

}  // namespace

Result<Secret> read_totp_secret_of(LdapSession& session, const LdapRules& rules, std::string_view user) {
  const auto known = look_up_user(session, rules, user);
  if (!known) return fail(known.error());
  return read_at(session, rules, (*known)->dn());
}

Result<bool> write_totp_secret_of(LdapSession& session, const LdapRules& rules, std::string_view user,
                                  const Secret& secret, bool replaces) {
  const auto known = look_up_user(session, rules, user);
  if (!known) return fail(known.error());
  const std::string& dn = (*known)->dn();
  const auto before = read_at(session, rules, dn);
  if (!before) return fail(before.error());
  if (!before->empty() && !replaces) {
    return fail(Errc::already_exists, log_escaped(dn, 200) + " has a secret for one-time passwords", Side::directory);
  }
  // Values are told, not only the attribute: of two who change it at the same time one fails.
  auto written = session.change_value(dn, rules.totp_attribute, *before, secret);
  if (!written) return fail(written.error());
  return true;
}

}  // namespace sallyport::login
