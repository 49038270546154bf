#include <initializer_list>

#include "authz/policy_document.hpp"

namespace sallyport::authz {
namespace {

struct DefaultEntry {
  EntryKind kind;
  std::string_view who;  // of a user or a group
  PermissionSet permissions;
};

}  // namespace

// Out of the box, users may read everything, and those who are not logged in may only pass through.
PolicyDocument PolicyDocument::with_defaults(const PolicyLimits& limits) {
  PolicyDocument document(limits);
  const auto add = [&](std::string_view object, std::string_view acl, std::initializer_list<DefaultEntry> entries) {
    Acl made{*identity::Name::make(acl), {}, {}, {}, {}, {}};
    const std::string folded(made.name.folded());
    document.acls_.emplace(folded, std::move(made));
    for (const auto& entry : entries) {
      EntryKey key{entry.kind, std::nullopt};
      if (!entry.who.empty()) key.who = *identity::Name::make(entry.who);
      static_cast<void>(document.set_entry(folded, key, entry.permissions));
    }
    document.attachments_.insert_or_assign(*ObjectName::parse(object), folded);
  };
  using enum EntryKind;
  add("/", "default-root",
      {{group, "iv-admin", PermissionSet::of("TcmdbvaBR")},
       {any_other, "", PermissionSet::of("T")},
       {unauthenticated, "", PermissionSet::of("T")}});
  add("/WebSEAL", "default-webseal",
      {{group, "iv-admin", PermissionSet::of("TcmdbsvaBRrxl")},
       {group, "webseal-servers", PermissionSet::of("Tgmdbsrxl")},
       {user, "sec_master", PermissionSet::of("TcmdbsvaBRrxl")},
       {any_other, "", PermissionSet::of("Trx")},
       {unauthenticated, "", PermissionSet::of("T")}});
  add("/Management", "default-management",
      {{group, "iv-admin", PermissionSet::of(kPermissionLetters)},
       {group, "ivmgrd-servers", PermissionSet::of("Ts")},
       {any_other, "", PermissionSet::of("Tv")}});
  return document;
}

}  // namespace sallyport::authz
