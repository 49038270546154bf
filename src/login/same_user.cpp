#include "login/same_user.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
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

std::vector<identity::Attribute> of_login(const identity::Credential& credential) {
  std::vector<identity::Attribute> out;
  std::copy_if(credential.attributes().begin(), credential.attributes().end(), std::back_inserter(out),
               [](const identity::Attribute& attribute) { return attribute.is_of_login; });
  return out;
}

}  // namespace

std::vector<identity::Attribute> joined_attributes(const std::vector<identity::Attribute>& of_registry,
                                                   const std::vector<identity::Attribute>& of_login) {
  std::vector<identity::Attribute> out;
  for (const auto& attribute : of_registry) {
    const bool is_hidden = std::any_of(of_login.begin(), of_login.end(), [&](const identity::Attribute& other) {
      return equal_ignoring_case(other.name, attribute.name);
    });
    if (!is_hidden) out.push_back(attribute);
  }
  for (const auto& attribute : of_login) out.push_back({attribute.name, attribute.values, true});
  return out;
}

Standing standing_of(const identity::Credential& session, const identity::Credential& now) {
  if (session.user() != now.user()) return Standing::other_user;
  // A server that does not show the version says nothing about it.
  const bool both_known = session.entry_version() != 0 && now.entry_version() != 0;
  if (both_known && session.entry_version() != now.entry_version()) return Standing::other_user;
  if (session.groups() != now.groups() || !is_same_dn(session.dn(), now.dn())) return Standing::changed;
  const auto wanted = joined_attributes(now.attributes(), of_login(session));
  const bool same = session.attributes() == wanted || in_order(session.attributes()) == in_order(wanted);
  return same ? Standing::same : Standing::changed;
}

Result<std::shared_ptr<const identity::Credential>> refreshed(const identity::Credential& session,
                                                              const identity::Credential& now) {
  identity::CredentialFields fields = now.fields();
  fields.method = session.method();
  fields.level = session.level();
  fields.attributes = joined_attributes(fields.attributes, of_login(session));
  if (fields.entry_version == 0) fields.entry_version = session.entry_version();
  return identity::Credential::make(std::move(fields));
}

}  // namespace sallyport::login
