// Policy stores: what is accepted is written back so that it reads the same, byte for byte, and gives a policy that
// answers; what is refused is refused with one line of text.
#include <algorithm>

#include "authz/decide.hpp"
#include "authz/policy_xml.hpp"
#include "base/text.hpp"
#include "check.hpp"

using namespace sallyport;
using namespace sallyport::authz;

namespace {

void check_error(const Error& error) {
  fuzz::check(!error.detail.empty(), "an error says why");
  fuzz::check(is_utf8(error.detail), "an error is text");
  fuzz::check(std::none_of(error.detail.begin(), error.detail.end(), is_control), "G7: an error is one line");
}

void check_decisions(const PolicyDocument& document) {
  const auto policy = document.freeze(1);
  for (const auto& [object, acl] : document.attachments()) {
    auto decision = decide(*policy, identity::Subject(), object, MethodMap::standard(), Environment(), {"GET", 1});
    const auto granted = match(document.find_acl(document.effective_acl(object)).value(), identity::Subject());
    if (std::holds_alternative<Permit>(decision)) {
      fuzz::check(granted.permissions.contains(PermissionSet::of("r")), "a permit is granted by the list");
    }
    fuzz::check(!explain(*policy, identity::Subject(), object, PermissionSet::of("r"), Environment()).empty(), "it can be explained");
  }
}

}  // namespace

FUZZ_TARGET(policy_xml) {
  const PolicyLimits limits{.max_acls = 100, .max_entries = 50, .max_objects = 100, .max_attachments = 100};
  const xml::XmlLimits xml_limits{.max_bytes = 65536, .max_depth = 8, .max_elements = 1000};
  const auto document = parse_policy(fuzz::text_of(data, size), limits, xml_limits);
  if (!document) {
    check_error(document.error());
    return 0;
  }
  const std::string text = render_policy(*document);
  const auto again = parse_policy(text, limits, {.max_bytes = 16 * 65536, .max_depth = 8, .max_elements = 1000});
  fuzz::check(again.has_value(), "what was written is read");
  fuzz::check(*again == *document, "what was written means the same");
  fuzz::check(render_policy(*again) == text, "what was written is stable");
  check_decisions(*document);
  return 0;
}
