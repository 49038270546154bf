#include "login/ldif_registry.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "crypto/password_hash.hpp"
#include "login/dn.hpp"
#include "login/ldap_filter.hpp"
#include "login/totp_secret.hpp"

namespace sallyport::login {
namespace {

// yescrypt with its usual cost; nobody knows a password for it.
constexpr const char* kDummyPassword =
    "{CRYPT}$y$j9T$5zyBPd6kZ0Xo6pDqkTz9k/$...........................................";
constexpr int kPasswordLevel = 1;

constexpr std::string_view kPassword = "userPassword";

// Those for credentials, or the others but for secrets.
std::vector<identity::Attribute> attributes_of(const LdifEntry& entry, bool for_credentials) {
  std::vector<identity::Attribute> out;
  for (const LdifAttribute& attribute : entry.attributes()) {
    if (is_for_credentials(attribute.name) != for_credentials) continue;
    if (equal_ignoring_case(attribute.name, kPassword) || equal_ignoring_case(attribute.name, kTotpAttribute)) continue;
    const auto known = std::find_if(out.begin(), out.end(), [&](const identity::Attribute& a) {
      return equal_ignoring_case(a.name, attribute.name);
    });
    if (known == out.end()) {
      out.push_back(identity::Attribute{attribute.name, {attribute.value}});
    } else {
      known->values.push_back(attribute.value);
    }
  }
  return out;
}

// "$y$j9T$" of "{CRYPT}$y$j9T$salt$hash", "{SSHA}" of "{SSHA}...": what decides how long a check takes.
std::string cost_of(std::string_view stored) {
  const auto brace = stored.find('}');
  if (stored.size() <= brace + 1 || stored[brace + 1] != '$') return lowered(stored.substr(0, brace));
  const auto last = stored.rfind('$');
  const auto before = stored.rfind('$', last - 1);
  return std::string(stored.substr(0, before));
}

}  // namespace

bool is_user(const LdifEntry& entry) {
  return entry.has("uid");
}

bool is_group(const LdifEntry& entry) {
  return entry.is_a("groupOfNames") || entry.is_a("groupOfUniqueNames");
}

bool is_account_valid(const LdifEntry& entry) {
  const auto said = entry.values("secAcctValid");
  return std::all_of(said.begin(), said.end(), [](std::string_view v) { return equal_ignoring_case(v, "TRUE"); });
}

std::vector<std::string_view> members_of(const LdifEntry& group) {
  auto out = group.values("member");
  const auto unique = group.values("uniqueMember");
  out.insert(out.end(), unique.begin(), unique.end());
  return out;
}

Result<std::string> new_stored_password(const Secret& password) {
  return crypto::hash_password(password);
}

// The state of one LdifRegistry::make().
class LdifRegistryMaker {
 public:
  explicit LdifRegistryMaker(const LdifDocument& document) : document_(document) {}

  Result<std::shared_ptr<const LdifRegistry>> run() {
    for (const LdifEntry& entry : document_.entries) {
      if (auto indexed = index(entry); !indexed) return fail(indexed.error());
    }
    for (const LdifEntry& entry : document_.entries) {
      if (!is_group(entry)) continue;
      if (auto added = add_group(entry); !added) return fail(added.error());
    }
    for (const LdifEntry& entry : document_.entries) {
      if (!is_user(entry)) continue;
      if (auto added = add_user(entry); !added) return fail(added.error());
    }
    registry_.groups_ = group_names_.size();
    registry_.dummy_password_ = most_usual_password();
    return std::make_shared<const LdifRegistry>(std::move(registry_));
  }

 private:
  static tl::unexpected<Error> wrong(const LdifEntry& entry, std::string_view why) {
    return fail(Errc::bad_config, "line " + std::to_string(entry.line()) + ": " + std::string(why));
  }

  Result<void> index(const LdifEntry& entry) {
    const auto dn = normalised_dn(entry.dn());
    if (!dn) return wrong(entry, dn.error().detail);
    if (!names_.emplace(*dn, &entry).second) return wrong(entry, "two entries for " + log_escaped(entry.dn(), 200));
    return {};
  }

  Result<void> add_group(const LdifEntry& entry) {
    const auto name = identity::Name::make(entry.value("cn"));
    if (!name) return wrong(entry, "cn of a group: " + name.error().detail);
    if (!group_names_.emplace(name->folded()).second) return wrong(entry, "two groups are called " + name->to_string());
    for (const std::string_view member : members_of(entry)) {
      const auto dn = normalised_dn(member);
      if (!dn) return wrong(entry, "member of group " + name->to_string() + ": " + dn.error().detail);
      groups_of_[*dn].emplace_back(name->text());
    }
    return {};
  }

  Result<void> add_user(const LdifEntry& entry) {
    const auto uids = entry.values("uid");
    if (uids.size() != 1) return wrong(entry, "a user has one uid, this entry has " + std::to_string(uids.size()));
    identity::CredentialFields fields;
    fields.user = uids.front();
    fields.dn = entry.dn();
    fields.method = "password";
    fields.level = kPasswordLevel;
    fields.attributes = attributes_of(entry, true);
    if (const auto groups = groups_of_.find(*normalised_dn(entry.dn())); groups != groups_of_.end()) {
      fields.groups = groups->second;
    }
    auto credential = identity::Credential::make(std::move(fields));
    if (!credential) return wrong(entry, "uid: " + credential.error().detail);

    LdifRegistry::User user;
    user.credential = *credential;
    user.is_valid = is_account_valid(entry);
    user.hidden = attributes_of(entry, false);
    const auto passwords = entry.values(kPassword);
    // Two would take twice the time to check, which tells that there is such a user.
    if (passwords.size() > 1) return wrong(entry, "more than one userPassword");
    if (!passwords.empty()) {
      if (auto checked = crypto::check_stored_password(passwords.front()); !checked) {
        return wrong(entry, "userPassword: " + checked.error().detail);
      }
      user.password = passwords.front();
    }
    if (auto added = add_totp_secret(entry, user); !added) return added;
    const std::string name(user.credential->user().folded());
    if (!registry_.users_.emplace(name, std::move(user)).second) {
      return wrong(entry, "two users are called " + log_escaped(uids.front(), 200));
    }
    return {};
  }

  static Result<void> add_totp_secret(const LdifEntry& entry, LdifRegistry::User& user) {
    const auto secrets = entry.values(kTotpAttribute);
    if (secrets.size() > 1) return wrong(entry, "more than one " + std::string(kTotpAttribute));
    if (secrets.empty()) return {};
    if (const auto read = read_totp_secret(secrets.front()); !read) return wrong(entry, read.error().detail);
    user.totp_secret = Secret(secrets.front());
    return {};
  }

  // A password whose check takes the time that most users' takes.
  std::string most_usual_password() const {
    std::map<std::string, std::size_t> count;
    std::string best = kDummyPassword;
    std::size_t most = 0;
    for (const auto& [name, user] : registry_.users_) {
      if (user.password.empty()) continue;
      const std::size_t now = ++count[cost_of(user.password)];
      if (now > most) {
        most = now;
        best = user.password;
      }
    }
    return best;
  }

  const LdifDocument& document_;
  LdifRegistry registry_;
  std::map<std::string, const LdifEntry*> names_;              // by normalised name
  std::map<std::string, std::vector<std::string>> groups_of_;  // by normalised name of the member
  std::set<std::string> group_names_;
};

Result<std::shared_ptr<const LdifRegistry>> LdifRegistry::make(const LdifDocument& document) {
  return LdifRegistryMaker(document).run();
}

Result<PasswordVerdict> LdifRegistry::check_password(std::string_view user, const Secret& password) const {
  PasswordVerdict verdict;
  const auto name = identity::Name::make(trimmed(user));
  const auto found = name ? users_.find(name->folded()) : users_.end();
  const bool is_known = found != users_.end() && !found->second.password.empty();
  // Nobody gets in by a blank password, whatever is stored (attack case G1); it is checked all the same, for the time.
  const bool is_blank = trimmed(password.reveal()).empty();

  const auto matches = crypto::verify_password(is_known ? found->second.password : dummy_password_, password);
  if (!matches) return fail(matches.error());
  if (!is_known || !*matches || is_blank) return verdict;
  if (!found->second.is_valid) {
    verdict.outcome = PasswordOutcome::account_invalid;
    return verdict;
  }
  verdict.outcome = PasswordOutcome::accepted;
  verdict.subject = identity::Subject(found->second.credential);
  return verdict;
}

Result<std::shared_ptr<const identity::Credential>> LdifRegistry::find(std::string_view user) const {
  const auto name = identity::Name::make(user);
  const auto found = name ? users_.find(name->folded()) : users_.end();
  if (found == users_.end()) return fail(Errc::not_found, "no such user", Side::directory);
  if (!found->second.is_valid) return fail(Errc::denied, "the account is switched off", Side::directory);
  return found->second.credential;
}

// `dn`: normalised; empty if it does not matter.
bool LdifRegistry::fits(const User& user, const EntryMatch& match, const std::string& dn) {
  if (!dn.empty()) {
    const auto own = normalised_dn(user.credential->dn());
    if (!own || *own != dn) return false;
  }
  return std::all_of(match.conditions.begin(), match.conditions.end(), [&](const EntryMatch::Condition& condition) {
    const auto has = [&](const std::vector<identity::Attribute>& attributes) {
      return std::any_of(attributes.begin(), attributes.end(), [&](const identity::Attribute& attribute) {
        return equal_ignoring_case(attribute.name, condition.attribute) &&
               has_same_value(attribute.values, condition.value);
      });
    };
    return has(user.credential->attributes()) || has(user.hidden);
  });
}

Result<std::shared_ptr<const identity::Credential>> LdifRegistry::find_entry(const EntryMatch& match) const {
  std::string dn;
  if (!match.dn.empty()) {
    auto name = normalised_dn(match.dn);
    if (!name) return fail(Errc::denied, name.error().detail, Side::directory);
    dn = std::move(*name);
  }
  const User* found = nullptr;
  for (const auto& [name, user] : users_) {
    if (!fits(user, match, dn)) continue;
    if (found != nullptr) return fail(Errc::denied, "more than one entry fits", Side::directory);
    found = &user;
  }
  if (found == nullptr) return fail(Errc::not_found, "no entry fits", Side::directory);
  if (!found->is_valid) return fail(Errc::denied, "the account is switched off", Side::directory);
  return found->credential;
}

Result<Secret> LdifRegistry::totp_secret(std::string_view user) const {
  if (const auto valid = find(user); !valid) return fail(valid.error());
  return users_.find(identity::Name::make(user)->folded())->second.totp_secret;
}

bool LdifRegistry::ends_sessions_of(std::string_view user, const LdifRegistry& before) const {
  const auto name = identity::Name::make(user);
  if (!name) return true;
  const auto then = before.users_.find(name->folded());
  const auto now = users_.find(name->folded());
  if (then == before.users_.end() || now == users_.end() || !now->second.is_valid) return true;
  if (then->second.password != now->second.password) return true;
  const auto names_of = [](const User& of) {
    std::vector<std::string> names;
    for (const identity::Name& group : of.credential->groups()) names.emplace_back(group.folded());
    return names;
  };
  return names_of(then->second) != names_of(now->second);
}

}  // namespace sallyport::login
