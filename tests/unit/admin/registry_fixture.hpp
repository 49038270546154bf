// A registry under administration, for tests.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "admin/grammar.hpp"
#include "admin/user_commands.hpp"
#include "login/ldif_registry.hpp"

namespace sallyport::admin {

struct RegistryFixture {
  login::LdifDocument registry;
  UserCommandRules rules;

  RegistryFixture() {
    // Quick, and enough to see that the password itself is not stored.
    rules.hash = [](const Secret& password) -> Result<std::string> {
      return password.reveal() == "correct horse" ? std::string("{CRYPT}$6$saltsalt$made-for-correct-horse")
                                                  : std::string("{CRYPT}$6$saltsalt$made-for-another-one");
    };
  }

  CommandOutput run(std::string_view line) {
    const std::string before = render_ldif(registry);
    const auto words = tokenize(line).value();
    CommandOutput output =
        words[0] == "user" ? run_user_command(words, registry, rules) : run_group_command(words, registry);
    BOOST_TEST((output.changed || render_ldif(registry) == before));
    BOOST_TEST(login::LdifRegistry::make(registry).has_value());
    BOOST_TEST(login::parse_ldif(render_ldif(registry), login::LdifLimits{}).has_value());
    return output;
  }
  std::string out(std::string_view line) {
    const auto output = run(line);
    BOOST_TEST(output.exit_code == kDone, line << ": " << output.err);
    return output.out;
  }
  std::string err(std::string_view line) {
    const auto output = run(line);
    BOOST_TEST(output.exit_code != kDone, line);
    BOOST_TEST(output.err.starts_with("Error: "), output.err);
    BOOST_TEST(std::count(output.err.begin(), output.err.end(), '\n') == 1);
    return output.err;
  }
};

}  // namespace sallyport::admin
