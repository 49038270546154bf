#include "authz/policy.hpp"

#include <algorithm>

namespace sallyport::authz {
namespace {

// The place of a segment among sorted children.
template <class Children>
auto place_of(Children& children, std::string_view segment) {
  return std::lower_bound(children.begin(), children.end(), segment,
                          [](const auto& child, std::string_view name) { return child.first < name; });
}

}  // namespace

std::uint32_t Policy::child_of(std::uint32_t node, std::string_view segment) const {
  const auto& children = nodes_[node].children;
  // Names of different lengths are told apart without a look at them; to put them in order takes one each.
  constexpr std::size_t few = 8;
  if (children.size() <= few) {
    for (const auto& [name, child] : children) {
      if (name == segment) return child;
    }
    return kNone;
  }
  const auto found = place_of(children, segment);
  return found != children.end() && found->first == segment ? found->second : kNone;
}

std::uint32_t Policy::make_child(std::uint32_t node, std::string_view segment) {
  if (const auto existing = child_of(node, segment); existing != kNone) return existing;
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  auto& children = nodes_[node].children;
  children.emplace(place_of(children, segment), segment, made);
  return made;
}

std::uint32_t Policy::make_node(const ObjectName& object) {
  std::uint32_t node = 0;
  for (Segments segments(object); !segments.at_end();) node = make_child(node, segments.next());
  return node;
}

void Policy::attach(const ObjectName& object, const Acl& acl) {
  nodes_[make_node(object)].attachment = static_cast<std::uint32_t>(attachments_.size());
  attachments_.push_back({object.text(), acl});
}

void Policy::attach(const ObjectName& object, const Pop& pop) {
  nodes_[make_node(object)].pop = static_cast<std::uint32_t>(pops_.size());
  pops_.push_back({object.text(), pop});
}

}  // namespace sallyport::authz
