#pragma once

#include <string>
#include <string_view>

#include "authz/policy_document.hpp"
#include "xml/element.hpp"

namespace sallyport::authz {

// The policy store: schemas/policy.xsd. The same policy always gives the same bytes, and reading these gives the same
// policy.
std::string render_policy(const PolicyDocument& document);

// Reads a policy store, strictly: a part that cannot be read refuses the whole. Errors: malformed, too_large,
// unsupported, not_found and the like; the detail begins with "line 12: " wherever there is a line.
Result<PolicyDocument> parse_policy(std::string_view text, const PolicyLimits& limits = {},
                                    const xml::XmlLimits& xml_limits = {});

}  // namespace sallyport::authz
