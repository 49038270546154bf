// authz: may this subject do this here, now? A policy and a question in, a decision out; with a permit, and only with
// one, a request may go on. Owns the policy's values. No I/O, no clock, no globals; may not know how somebody logged
// in, nor what a back end is. Whatever goes wrong on the way to a decision is a denial.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authz/acl.hpp"
#include "authz/object_name.hpp"
#include "authz/pop.hpp"

namespace sallyport::authz {

// The access control lists and protected object policies and where they are attached, ready for decisions. Never
// changes; PolicyDocument makes it.
class Policy {
 public:
  // A list in its place.
  struct Attachment {
    std::string object;
    Acl acl;
  };
  // A protected object policy in its place.
  struct PopAttachment {
    std::string object;
    Pop pop;
  };

  // The number of this state of the policy: a later state has a higher one.
  std::uint64_t generation() const { return generation_; }

  // Calls visit(const Attachment&, bool is_target) for each list on the way from the root to the object, that of the
  // object itself last, with `is_target` set if it is on the object itself. Returns the protected object policy that
  // counts for the object, the last one on the way; null if there is none. Takes time for the depth to which policy is
  // attached there, not for the length of the name; allocates nothing.
  template <class Visit>
  const PopAttachment* walk(const ObjectName& object, Visit&& visit) const;

 private:
  friend class PolicyDocument;
  struct Node {
    std::vector<std::pair<std::string, std::uint32_t>> children;  // segment and index of its node, sorted
    std::uint32_t attachment = kNone;
    std::uint32_t pop = kNone;
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  explicit Policy(std::uint64_t generation) : generation_(generation), nodes_(1) {}
  void attach(const ObjectName& object, const Acl& acl);
  void attach(const ObjectName& object, const Pop& pop);
  std::uint32_t make_node(const ObjectName& object);
  // kNone if there is none.
  std::uint32_t child_of(std::uint32_t node, std::string_view segment) const;
  std::uint32_t make_child(std::uint32_t node, std::string_view segment);

  std::uint64_t generation_;
  std::vector<Node> nodes_;  // the root is first
  std::vector<Attachment> attachments_;
  std::vector<PopAttachment> pops_;
};

template <class Visit>
const Policy::PopAttachment* Policy::walk(const ObjectName& object, Visit&& visit) const {
  Segments segments(object);
  std::uint32_t node = 0;
  std::uint32_t pop = kNone;
  for (;;) {
    const bool is_target = segments.at_end();
    const Node& here = nodes_[node];
    if (here.attachment != kNone) visit(attachments_[here.attachment], is_target);
    if (here.pop != kNone) pop = here.pop;
    if (is_target) break;
    node = child_of(node, segments.next());
    if (node == kNone) break;
  }
  return pop == kNone ? nullptr : &pops_[pop];
}

}  // namespace sallyport::authz
