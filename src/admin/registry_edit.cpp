#include "admin/registry_edit.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "login/dn.hpp"
#include "login/ldif_registry.hpp"

namespace sallyport::admin {
namespace {

using login::LdifDocument;
using login::LdifEntry;

bool is_same_dn(std::string_view a, std::string_view b) {
  const auto left = login::normalised_dn(a);
  const auto right = login::normalised_dn(b);
  return left && right && *left == *right;
}

}  // namespace

LdifEntry* find_user(LdifDocument& registry, std::string_view name) {
  if (name.empty()) return nullptr;
  const auto found = std::find_if(registry.entries.begin(), registry.entries.end(), [&](const LdifEntry& entry) {
    return login::is_user(entry) && equal_ignoring_case(entry.value("uid"), name);
  });
  return found == registry.entries.end() ? nullptr : &*found;
}

LdifEntry* find_group(LdifDocument& registry, std::string_view name) {
  if (name.empty()) return nullptr;
  const auto found = std::find_if(registry.entries.begin(), registry.entries.end(), [&](const LdifEntry& entry) {
    return login::is_group(entry) && equal_ignoring_case(entry.value("cn"), name);
  });
  return found == registry.entries.end() ? nullptr : &*found;
}

std::vector<std::string> groups_of(const LdifDocument& registry, const LdifEntry& user) {
  std::vector<std::string> out;
  for (const LdifEntry& entry : registry.entries) {
    if (!login::is_group(entry)) continue;
    const auto members = login::members_of(entry);
    if (std::any_of(members.begin(), members.end(), [&](std::string_view m) { return is_same_dn(m, user.dn()); })) {
      out.emplace_back(entry.value("cn"));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void remove_from_groups(LdifDocument& registry, std::string_view dn) {
  for (LdifEntry& entry : registry.entries) {
    if (!login::is_group(entry)) continue;
    for (const char* attribute : {"member", "uniqueMember"}) {
      std::vector<std::string> gone;
      for (const std::string_view member : entry.values(attribute)) {
        if (is_same_dn(member, dn)) gone.emplace_back(member);
      }
      for (const std::string& member : gone) entry.remove_value(attribute, member);
    }
  }
}

Result<LdifEntry*> add_entry(LdifDocument& registry, std::string_view dn) {
  const auto normalised = login::normalised_dn(dn);
  if (!normalised) return fail(normalised.error());
  if (normalised->empty()) return fail(Errc::malformed, "the distinguished name is empty");
  for (const LdifEntry& entry : registry.entries) {
    if (is_same_dn(entry.dn(), dn)) {
      return fail(Errc::already_exists, "there is an entry " + log_escaped(dn, 200) + " already");
    }
  }
  registry.entries.emplace_back(std::string(dn));
  return &registry.entries.back();
}

CommandOutput edit(LdifDocument& registry, const std::function<Result<void>(LdifDocument&)>& change) {
  LdifDocument next = registry;
  if (auto done = change(next); !done) return failed(done.error());
  if (auto made = login::LdifRegistry::make(next); !made) return failed(made.error());
  registry = std::move(next);
  return changed();
}

// Iterative: on a mismatch the last '*' takes one more character.
bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_n = n;
    } else if (p < pattern.size() && to_lower(pattern[p]) == to_lower(name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_n;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string render_names(std::vector<std::string> names, std::string_view pattern, std::size_t max) {
  std::erase_if(names, [&](const std::string& name) { return !matches_pattern(pattern, name); });
  std::sort(names.begin(), names.end());
  if (names.size() > max) names.resize(max);
  std::string out;
  for (const std::string& name : names) out += name + "\n";
  return out;
}

std::string shown(std::string_view label, std::string_view value) {
  return labelled(0, label, log_escaped(value));
}

}  // namespace sallyport::admin
