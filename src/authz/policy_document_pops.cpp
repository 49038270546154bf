// The part of PolicyDocument that is about protected object policies.

#include <algorithm>

#include "authz/policy_document.hpp"
#include "base/text.hpp"

namespace sallyport::authz {
namespace {

std::vector<Pop::Entry>::iterator place_of(std::vector<Pop::Entry>& entries, const Network& network) {
  return std::lower_bound(entries.begin(), entries.end(), network,
                          [](const Pop::Entry& entry, const Network& other) { return entry.network < other; });
}

std::string limit_reached(std::string_view what, std::size_t limit) {
  return "there are " + std::to_string(limit) + " " + std::string(what) + ", which is the limit";
}

tl::unexpected<Error> no_such_pop(std::string_view name) {
  return fail(Errc::not_found, "there is no POP '" + log_escaped(name, 64) + "'");
}

}  // namespace

Result<Pop*> PolicyDocument::get_pop(std::string_view name) {
  const auto found = pops_.find(lowered(name));
  if (found == pops_.end()) return no_such_pop(name);
  return &found->second;
}

Result<const Pop*> PolicyDocument::get_pop(std::string_view name) const {
  const auto found = pops_.find(lowered(name));
  if (found == pops_.end()) return no_such_pop(name);
  return &found->second;
}

Result<void> PolicyDocument::check_requirement(const Requirement& requirement) const {
  if (requirement.is_forbidden || (requirement.level >= 0 && requirement.level <= limits_.max_level)) return {};
  return fail(Errc::malformed, "there is no authentication level " + std::to_string(requirement.level) +
                                   ": [authentication-levels] has 0 to " + std::to_string(limits_.max_level));
}

Result<void> PolicyDocument::create_pop(std::string_view name, std::string_view description) {
  const auto checked = identity::Name::make(name);
  if (!checked) return fail(checked.error());
  if (auto fine = check_description(description); !fine) return fine;
  if (pops_.contains(checked->folded())) {
    return fail(Errc::already_exists, "there is a POP " + checked->to_string() + " already");
  }
  if (pops_.size() >= limits_.max_pops) return fail(Errc::too_large, limit_reached("POPs", limits_.max_pops));
  Pop pop{*checked, std::string(description), false, Protection::none, {}, {}};
  pops_.emplace(checked->folded(), std::move(pop));
  return {};
}

Result<void> PolicyDocument::delete_pop(std::string_view name) {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  const std::string_view folded = (*pop)->name.folded();
  for (const auto& [object, attached] : pop_attachments_) {
    if (attached == folded) {
      return fail(Errc::denied,
                  "the POP " + (*pop)->name.to_string() + " is attached to " + object.text() + ": detach it first");
    }
  }
  pops_.erase(pops_.find(folded));
  return {};
}

Result<void> PolicyDocument::set_pop_description(std::string_view name, std::string_view description) {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  if (auto fine = check_description(description); !fine) return fine;
  (*pop)->description = description;
  return {};
}

Result<void> PolicyDocument::set_pop_warning(std::string_view name, bool warning) {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  (*pop)->warning = warning;
  return {};
}

Result<void> PolicyDocument::set_pop_protection(std::string_view name, Protection protection) {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  (*pop)->protection = protection;
  return {};
}

Result<void> PolicyDocument::set_pop_network(std::string_view name, const Network& network, Requirement requirement) {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  if (auto fine = check_requirement(requirement); !fine) return fine;
  auto& entries = (*pop)->networks;
  const auto place = place_of(entries, network);
  if (place != entries.end() && place->network == network) {
    place->requirement = requirement;
    return {};
  }
  if (entries.size() >= limits_.max_networks) {
    return fail(Errc::too_large, limit_reached("networks in the POP", limits_.max_networks));
  }
  entries.insert(place, Pop::Entry{network, requirement});
  return {};
}

Result<void> PolicyDocument::remove_pop_network(std::string_view name, const Network& network) {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  auto& entries = (*pop)->networks;
  const auto place = place_of(entries, network);
  if (place == entries.end() || place->network != network) {
    return fail(Errc::not_found, "the POP " + (*pop)->name.to_string() + " has no entry for the network " +
                                     network.address() + " " + network.mask());
  }
  entries.erase(place);
  return {};
}

Result<void> PolicyDocument::set_pop_any_other_network(std::string_view name, Requirement requirement) {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  if (auto fine = check_requirement(requirement); !fine) return fine;
  (*pop)->any_other_network = requirement;
  return {};
}

Result<Pop> PolicyDocument::find_pop(std::string_view name) const {
  const auto pop = get_pop(name);
  if (!pop) return fail(pop.error());
  return **pop;
}

std::vector<Pop> PolicyDocument::pops() const {
  std::vector<Pop> all;
  for (const auto& [folded, pop] : pops_) all.push_back(pop);
  return all;
}

Result<void> PolicyDocument::attach_pop(const ObjectName& object, std::string_view pop_name) {
  const auto pop = get_pop(pop_name);
  if (!pop) return fail(pop.error());
  if (auto fine = check_place(object); !fine) return fine;
  if (pop_attachments_.size() >= limits_.max_attachments && !pop_attachments_.contains(object)) {
    return fail(Errc::too_large, limit_reached("attachments of POPs", limits_.max_attachments));
  }
  pop_attachments_.insert_or_assign(object, (*pop)->name.folded());
  return {};
}

Result<void> PolicyDocument::detach_pop(const ObjectName& object) {
  if (pop_attachments_.erase(object) == 0) return fail(Errc::not_found, "no POP is attached to " + object.text());
  return {};
}

Result<std::vector<ObjectName>> PolicyDocument::pop_attached_to(std::string_view pop_name) const {
  const auto pop = get_pop(pop_name);
  if (!pop) return fail(pop.error());
  std::vector<ObjectName> found;
  for (const auto& [object, attached] : pop_attachments_) {
    if (attached == (*pop)->name.folded()) found.push_back(object);
  }
  return found;
}

std::vector<std::pair<ObjectName, std::string>> PolicyDocument::pop_attachments() const {
  std::vector<std::pair<ObjectName, std::string>> all;
  for (const auto& [object, attached] : pop_attachments_) all.emplace_back(object, pops_.at(attached).name.text());
  return all;
}

std::string PolicyDocument::attached_pop(const ObjectName& object) const {
  const auto found = pop_attachments_.find(object);
  return found == pop_attachments_.end() ? std::string() : pops_.at(found->second).name.to_string();
}

std::string PolicyDocument::effective_pop(const ObjectName& object) const {
  ObjectName name = object;
  while (!pop_attachments_.contains(name) && !name.is_root()) name = name.parent();
  return attached_pop(name);
}

}  // namespace sallyport::authz
