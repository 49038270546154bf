// identity: who somebody is. Values in, values out; owns nothing but text, and may know neither how somebody proved
// who he is, nor what he may do.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sallyport::identity {

// A user or group name: 1 to 256 bytes of UTF-8 without control characters, without a double quote, and without a
// blank at either end, so that it can be stored, quoted, and written into a header or a log.
//
// Names are case-insensitive. They are compared in a form made once, in which ASCII letters are small; every other
// character counts byte by byte, so that no two names meet by a folding rule that only one of two programs knows.
class Name {
 public:
  // Errors: malformed.
  static Result<Name> make(std::string_view name);

  // As it was spelt. Both are views of the name.
  std::string_view text() const { return has_two_forms() ? view().substr(middle() + 1) : view(); }
  std::string_view folded() const { return has_two_forms() ? view().substr(0, middle()) : view(); }
  std::string to_string() const { return std::string(text()); }

  friend bool operator==(const Name& a, const Name& b) { return a.folded() == b.folded(); }
  friend std::strong_ordering operator<=>(const Name& a, const Name& b) { return a.folded() <=> b.folded(); }

 private:
  explicit Name(std::string forms) : forms_(std::move(forms)) {}
  std::string_view view() const { return forms_; }
  // Folding keeps the length, so that the NUL that stands in no name stands in the middle.
  std::size_t middle() const { return forms_.size() / 2; }
  bool has_two_forms() const { return !forms_.empty() && forms_[middle()] == '\0'; }

  // The folded form; behind it, if it is another, NUL and the spelling. One string: a million sessions hold many names.
  std::string forms_;
};

// One attribute with its values, in the order of their source. Its name is compared without regard to ASCII case.
struct Attribute {
  std::string name;
  std::vector<std::string> values;
  // Said by that by which the user has logged in, such as his certificate; not by the registry.
  bool is_of_login = false;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// What a credential is made from.
struct CredentialFields {
  std::string user;
  std::string dn;  // of the registry's entry; empty if there is none
  std::vector<std::string> groups;
  std::string method;  // how the user logged in: "password", "certificate"
  int level = 1;       // strength of that method, from 1; 0 is for those who are not logged in
  std::vector<Attribute> attributes;
  // Another value when the registry's entry is another one of that name, or has another password; 0: not known. For
  // looking at users again, never shown.
  std::uint64_t entry_version = 0;

  friend bool operator==(const CredentialFields&, const CredentialFields&) = default;
};

// Who a user is, as established by a login. Never changes; a login at another level makes a new one.
class Credential {
 public:
  // Errors: malformed, for a name that is none and for a level below 1. One bad group name spoils the whole: a
  // credential that lacks a group could be judged by another entry of an access control list, and get more.
  static Result<std::shared_ptr<const Credential>> make(CredentialFields fields);

  const Name& user() const { return user_; }
  const std::string& dn() const { return dn_; }
  // Sorted, each once.
  const std::vector<Name>& groups() const { return groups_; }
  bool in_group(const Name& group) const;
  const std::string& method() const { return method_; }
  int level() const { return level_; }
  const std::vector<Attribute>& attributes() const { return attributes_; }
  std::uint64_t entry_version() const { return entry_version_; }
  // nullptr if there is none.
  const Attribute* find_attribute(std::string_view name) const;

  // What make() makes the same credential from.
  CredentialFields fields() const;

 private:
  explicit Credential(Name user) : user_(std::move(user)) {}

  Name user_;
  std::string dn_;
  std::vector<Name> groups_;
  std::string method_;
  int level_ = 1;
  std::vector<Attribute> attributes_;
  std::uint64_t entry_version_ = 0;
};

// On whose behalf something is done: nobody that we know, or a user.
class Subject {
 public:
  // Nobody that we know.
  Subject() = default;
  // A null credential makes the anonymous subject.
  explicit Subject(std::shared_ptr<const Credential> credential) : credential_(std::move(credential)) {}

  bool is_authenticated() const { return credential_ != nullptr; }
  // Only of an authenticated subject.
  const Credential& credential() const { return *credential_; }
  const std::shared_ptr<const Credential>& shared_credential() const { return credential_; }
  // The user's name as spelt in the registry; for the anonymous subject kAnonymousName.
  std::string_view name() const;
  int level() const { return credential_ ? credential_->level() : 0; }

 private:
  std::shared_ptr<const Credential> credential_;
};

// What back ends and logs call somebody who is not logged in. No user can have this name.
inline constexpr std::string_view kAnonymousName = "Unauthenticated";

}  // namespace sallyport::identity
