#include "login/same_user.hpp"

#include <algorithm>

#include "login/dn.hpp"

namespace sallyport::login {
namespace {

// Two spellings that differ by case or blanks are one name.
bool is_same_dn(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto first = normalised_dn(a);
  const auto second = normalised_dn(b);
  return first && second && *first == *second;
}

std::vector<identity::Attribute> in_order(std::vector<identity::Attribute> attributes) {
  for (auto& attribute : attributes) std::sort(attribute.values.begin(), attribute.values.end());
  std::sort(attributes.begin(), attributes.end(),
            [](const identity::Attribute& a, const identity::Attribute& b) { return a.name < b.name; });
  return attributes;
}

}  // namespace

Standing standing_of(const identity::Credential& session, const identity::Credential& now) {
  if (session.user() != now.user()) return Standing::other_user;
  // A server that does not show the version says nothing about it.
  const bool both_known = session.entry_version() != 0 && now.entry_version() != 0;
  if (both_known && session.entry_version() != now.entry_version()) return Standing::other_user;
  if (session.groups() != now.groups() || !is_same_dn(session.dn(), now.dn())) return Standing::changed;
  const bool same = session.attributes() == now.attributes() ||
                    in_order(session.attributes()) == in_order(now.attributes());
  return same ? Standing::same : Standing::changed;
}

Result<std::shared_ptr<const identity::Credential>> refreshed(const identity::Credential& session,
                                                              const identity::Credential& now) {
  identity::CredentialFields fields = now.fields();
  fields.method = session.method();
  fields.level = session.level();
  if (fields.entry_version == 0) fields.entry_version = session.entry_version();
  return identity::Credential::make(std::move(fields));
}

}  // namespace sallyport::login
