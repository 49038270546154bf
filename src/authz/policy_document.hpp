#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authz/policy.hpp"

namespace sallyport::authz {

// Which entry of a list.
enum class EntryKind : std::uint8_t { user, group, any_other, unauthenticated };

struct EntryKey {
  EntryKind kind = EntryKind::any_other;
  std::optional<identity::Name> who;  // of a user or a group, and only there
};

// What an administrator said about an object. Objects need no record for policy to apply to them.
struct ObjectRecord {
  std::string description;
  std::uint32_t type = 0;  // 0 to kMaxObjectType
  bool policy_attachable = true;

  friend bool operator==(const ObjectRecord&, const ObjectRecord&) = default;
};

inline constexpr std::uint32_t kMaxObjectType = 17;
// "directory" for 4; "unused" for numbers without meaning.
std::string_view object_type_name(std::uint32_t type);

struct PolicyLimits {
  std::size_t max_acls = 10000;
  std::size_t max_entries = 2000;  // of one list
  std::size_t max_objects = 100000;
  std::size_t max_pops = 10000;
  std::size_t max_networks = 256;         // of one POP: each is compared with the client's address
  std::size_t max_attachments = 150000;   // of lists, and of POPs as many again
  int max_level = kMaxLevel;              // the highest authentication level that there is
  std::size_t max_description = 1024;  // bytes
};

// The policy as administrators see and change it. Every state that it can be in is one that can be stored and used:
// names are valid, what is attached exists, and the root has a list. A change either happens or returns an error that
// says why not: not_found, already_exists, malformed, too_large, denied (for what would break the policy).
class PolicyDocument {
 public:
  // default-root at "/", default-webseal at "/WebSEAL", default-management at "/Management".
  static PolicyDocument with_defaults(const PolicyLimits& limits = {});

  // Lists. Their names are case-insensitive.
  Result<void> create_acl(std::string_view name, std::string_view description = {});
  // Denied while it is attached anywhere.
  Result<void> delete_acl(std::string_view name);
  Result<void> set_acl_description(std::string_view name, std::string_view description);
  // Adds the entry, or replaces its permissions.
  Result<void> set_entry(std::string_view acl, const EntryKey& key, PermissionSet permissions);
  Result<void> remove_entry(std::string_view acl, const EntryKey& key);
  Result<Acl> find_acl(std::string_view name) const;
  // Sorted by name, as all that follows.
  std::vector<Acl> acls() const;

  // Protected object policies. Their names are case-insensitive. A new one has no conditions.
  Result<void> create_pop(std::string_view name, std::string_view description = {});
  // Denied while it is attached anywhere.
  Result<void> delete_pop(std::string_view name);
  Result<void> set_pop_description(std::string_view name, std::string_view description);
  Result<void> set_pop_warning(std::string_view name, bool warning);
  Result<void> set_pop_protection(std::string_view name, Protection protection);
  // Adds the network, or replaces its requirement. A level that does not exist is malformed, here and for any other
  // network.
  Result<void> set_pop_network(std::string_view name, const Network& network, Requirement requirement);
  Result<void> remove_pop_network(std::string_view name, const Network& network);
  Result<void> set_pop_any_other_network(std::string_view name, Requirement requirement);
  Result<Pop> find_pop(std::string_view name) const;
  std::vector<Pop> pops() const;

  // Attachments. An object has at most one list.
  // Replaces a list that is attached there already. The object has to be "/", or lie below /WebSEAL, /Management or an
  // object that was created: a mistyped name would protect nothing.
  Result<void> attach(const ObjectName& object, std::string_view acl);
  // Denied for "/".
  Result<void> detach(const ObjectName& object);
  // The objects that the list is attached to.
  Result<std::vector<ObjectName>> attached_to(std::string_view acl) const;
  std::vector<std::pair<ObjectName, std::string>> attachments() const;  // object, name of the list
  // Name of the list attached to the object itself; empty if there is none.
  std::string attached_acl(const ObjectName& object) const;
  // Name of the list that counts for the object.
  std::string effective_acl(const ObjectName& object) const;

  // The same for POPs, of which an object has at most one too. No object needs one, the root neither.
  Result<void> attach_pop(const ObjectName& object, std::string_view pop);
  Result<void> detach_pop(const ObjectName& object);
  Result<std::vector<ObjectName>> pop_attached_to(std::string_view pop) const;
  std::vector<std::pair<ObjectName, std::string>> pop_attachments() const;
  std::string attached_pop(const ObjectName& object) const;
  std::string effective_pop(const ObjectName& object) const;

  // Objects.
  Result<void> create_object(const ObjectName& name, ObjectRecord record);
  // Denied while a list or a POP is attached to it, or below it.
  Result<void> delete_object(const ObjectName& name);
  // Makes a record if there is none.
  Result<void> set_object(const ObjectName& name, ObjectRecord record);
  // The record; what holds for an object without one if there is none.
  ObjectRecord object(const ObjectName& name) const;
  // True if it was created, or a list or a POP is attached to it or to something below it.
  bool exists(const ObjectName& name) const;
  std::vector<std::pair<ObjectName, ObjectRecord>> objects() const;
  // The existing objects right below.
  std::vector<ObjectName> children(const ObjectName& name) const;

  // The policy for decisions.
  std::shared_ptr<const Policy> freeze(std::uint64_t generation) const;

  friend bool operator==(const PolicyDocument& a, const PolicyDocument& b) {
    return a.acls_ == b.acls_ && a.pops_ == b.pops_ && a.objects_ == b.objects_ && a.attachments_ == b.attachments_ &&
           a.pop_attachments_ == b.pop_attachments_;
  }

 private:
  friend class PolicyReader;
  explicit PolicyDocument(const PolicyLimits& limits) : limits_(limits) {}

  Result<const Acl*> get(std::string_view name) const;
  Result<Acl*> get(std::string_view name);
  Result<const Pop*> get_pop(std::string_view name) const;
  Result<Pop*> get_pop(std::string_view name);
  Result<void> check_requirement(const Requirement& requirement) const;
  // Whether policy may be attached there.
  Result<void> check_place(const ObjectName& object) const;
  Result<void> check_description(std::string_view description) const;
  bool is_in_known_space(const ObjectName& object) const;

  PolicyLimits limits_;
  std::map<std::string, Acl, std::less<>> acls_;  // by folded name
  std::map<std::string, Pop, std::less<>> pops_;  // by folded name
  std::map<ObjectName, ObjectRecord> objects_;
  std::map<ObjectName, std::string> attachments_;      // to the folded name of the list
  std::map<ObjectName, std::string> pop_attachments_;  // to the folded name of the POP
};

}  // namespace sallyport::authz
