#include "identity/credential.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::identity {
namespace {

constexpr std::size_t kMaxNameLength = 256;
constexpr std::size_t kShownBytes = 64;

}  // namespace

Result<Name> Name::make(std::string_view name) {
  const auto wrong = [&](const std::string& why) {
    return fail(Errc::malformed, "the name '" + log_escaped(name, kShownBytes) + "' " + why);
  };
  if (name.empty()) return fail(Errc::malformed, "the name is empty");
  if (name.size() > kMaxNameLength) return wrong("has more than " + std::to_string(kMaxNameLength) + " bytes");
  if (!is_utf8(name)) return wrong("is not UTF-8");
  if (std::any_of(name.begin(), name.end(), is_control)) return wrong("has a control character");
  if (name.find('"') != std::string_view::npos) return wrong("has a double quote");
  if (trimmed(name).size() != name.size()) return wrong("begins or ends with a blank");
  std::string forms = lowered(name);
  if (forms != name) {
    forms += '\0';
    forms += name;
  }
  forms.shrink_to_fit();
  return Name(std::move(forms));
}

Result<std::shared_ptr<const Credential>> Credential::make(CredentialFields fields) {
  auto user = Name::make(fields.user);
  if (!user) return fail(user.error());
  if (equal_ignoring_case(fields.user, kAnonymousName)) {
    return fail(Errc::malformed, "no user can have the name " + std::string(kAnonymousName));
  }
  if (fields.level < 1) return fail(Errc::malformed, "the level of a login is 1 or more");
  Credential made(std::move(*user));
  made.groups_.reserve(fields.groups.size());
  for (const auto& group : fields.groups) {
    auto name = Name::make(group);
    if (!name) return fail(Errc::malformed, "group of " + std::string(made.user_.text()) + ": " + name.error().detail);
    made.groups_.push_back(std::move(*name));
  }
  std::sort(made.groups_.begin(), made.groups_.end());
  made.groups_.erase(std::unique(made.groups_.begin(), made.groups_.end()), made.groups_.end());
  made.dn_ = std::move(fields.dn);
  made.method_ = std::move(fields.method);
  made.level_ = fields.level;
  made.attributes_ = std::move(fields.attributes);
  made.entry_version_ = fields.entry_version;
  return std::make_shared<const Credential>(std::move(made));
}

bool Credential::in_group(const Name& group) const {
  return std::binary_search(groups_.begin(), groups_.end(), group);
}

const Attribute* Credential::find_attribute(std::string_view name) const {
  const auto found = std::find_if(attributes_.begin(), attributes_.end(),
                                  [&](const Attribute& a) { return equal_ignoring_case(a.name, name); });
  return found == attributes_.end() ? nullptr : &*found;
}

CredentialFields Credential::fields() const {
  CredentialFields out{std::string(user_.text()), dn_, {}, method_, level_, attributes_, entry_version_};
  for (const auto& group : groups_) out.groups.emplace_back(group.text());
  return out;
}

std::string_view Subject::name() const {
  return credential_ ? credential_->user().text() : kAnonymousName;
}

}  // namespace sallyport::identity
