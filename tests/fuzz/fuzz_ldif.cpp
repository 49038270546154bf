// LDIF files: what is accepted is written back with its bytes, and means the same when every entry is written anew; a
// registry can be made of it or says why not.
#include <algorithm>

#include "base/text.hpp"
#include "check.hpp"
#include "login/dn.hpp"
#include "login/ldif.hpp"
#include "login/ldif_registry.hpp"

using namespace sallyport;
using namespace sallyport::login;

namespace {

void check_error(const Error& error) {
  fuzz::check(!error.detail.empty() && is_utf8(error.detail), "an error says why");
  fuzz::check(std::none_of(error.detail.begin(), error.detail.end(), is_control), "G7: an error is one line");
}

bool is_same(const LdifDocument& a, const LdifDocument& b) {
  return std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const LdifEntry& x, const LdifEntry& y) {
                      return x.dn() == y.dn() &&
                             std::equal(x.attributes().begin(), x.attributes().end(), y.attributes().begin(),
                                        y.attributes().end(), [](const LdifAttribute& p, const LdifAttribute& q) {
                                          return p.name == q.name && p.value == q.value;
                                        });
                    });
}

void check_dn(std::string_view dn) {
  const auto once = normalised_dn(dn);
  if (!once) return check_error(once.error());
  const auto twice = normalised_dn(*once);
  fuzz::check(twice.has_value() && *twice == *once, "a normalised name is its own normal form");
}

}  // namespace

FUZZ_TARGET(ldif) {
  const LdifLimits limits{.max_bytes = 65536, .max_entries = 100, .max_attributes = 100, .max_value = 4096};
  const auto document = parse_ldif(fuzz::text_of(data, size), limits);
  if (!document) {
    check_error(document.error());
    return 0;
  }
  const std::string written = render_ldif(*document);
  // Line ends and empty lines may have made it longer than what was read.
  const LdifLimits roomy{.max_bytes = 1 << 20, .max_entries = 100, .max_attributes = 200, .max_value = 4096};
  const auto again = parse_ldif(written, roomy);
  fuzz::check(again.has_value() && is_same(*document, *again), "what is written reads the same");
  fuzz::check(render_ldif(*again) == written, "and keeps its bytes");

  LdifDocument changed = *document;
  for (LdifEntry& entry : changed.entries) entry.add("description", "changed");
  const auto anew = parse_ldif(render_ldif(changed), roomy);
  fuzz::check(anew.has_value() && is_same(changed, *anew), "an entry written anew reads the same");

  for (const LdifEntry& entry : document->entries) check_dn(entry.dn());
  const auto registry = LdifRegistry::make(*document);
  if (!registry) {
    check_error(registry.error());
    return 0;
  }
  for (const LdifEntry& entry : document->entries) {
    if (!is_user(entry)) continue;
    const auto found = (*registry)->find(entry.value("uid"));
    fuzz::check(found.has_value() == is_account_valid(entry), "a valid user is found, and no other");
  }
  return 0;
}
