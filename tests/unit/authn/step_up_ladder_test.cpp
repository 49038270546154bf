#include "authn/step_up_ladder.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::authn;

namespace {

Result<StepUpLadder> try_ladder(std::vector<std::string_view> levels, bool higher_is_fine = false) {
  return StepUpLadder::make(levels, higher_is_fine);
}

StepUpLadder ladder(std::vector<std::string_view> levels, bool higher_is_fine = false) {
  return try_ladder(std::move(levels), higher_is_fine).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(authn_step_up_ladder)

BOOST_AUTO_TEST_CASE(a_level_is_the_position_of_its_method) {
  const auto three = ladder({"unauthenticated", "password", "ssl", "totp"});
  BOOST_TEST(three.highest() == 3);
  BOOST_TEST(three.level_of("password").value() == 1);
  BOOST_TEST(three.level_of("certificate").value() == 2);
  BOOST_TEST(three.level_of("totp").value() == 3);
  BOOST_TEST(!three.level_of("ssl"));  // the name of the level is not that of the method
  BOOST_TEST(three.name_of(0) == "unauthenticated");
  BOOST_TEST(three.name_of(2) == "ssl");
  BOOST_TEST(three.name_of(4) == "");
  BOOST_TEST(three.level_named("totp").value() == 3);
  BOOST_TEST(three.level_named("unauthenticated").value() == 0);
  BOOST_TEST(!three.level_named("certificate"));
  const auto turned = ladder({"unauthenticated", "ssl", "password"});
  BOOST_TEST(turned.level_of("password").value() == 2);
  BOOST_TEST(!turned.level_of("totp"));
}

BOOST_AUTO_TEST_CASE(only_configured_levels_are_known) {
  const auto one = ladder({"unauthenticated", "password"});
  BOOST_TEST(one.knows(0));
  BOOST_TEST(one.knows(1));
  BOOST_TEST(!one.knows(2));
  BOOST_TEST(!one.knows(-1));
  BOOST_TEST(StepUpLadder().highest() == 0);
}

BOOST_AUTO_TEST_CASE(the_methods_for_a_level_are_its_own_or_those_from_there_up) {
  const std::vector<std::string_view> levels = {"unauthenticated", "password", "ssl", "totp"};
  BOOST_TEST((ladder(levels).methods_for(2) == std::vector{Method::certificate}));
  BOOST_TEST((ladder(levels, true).methods_for(2) == std::vector{Method::certificate, Method::totp}));
  BOOST_TEST(ladder(levels, true).methods_for(0).empty());
  BOOST_TEST(ladder(levels, true).methods_for(4).empty());
}

BOOST_AUTO_TEST_CASE(F5_a_lower_proof_is_never_enough) {
  const std::vector<std::string_view> levels = {"unauthenticated", "password", "ssl", "totp"};
  for (const bool higher_is_fine : {false, true}) {
    const auto some = ladder(levels, higher_is_fine);
    BOOST_TEST(!some.accepts(1, 2));
    BOOST_TEST(some.accepts(2, 2));
    BOOST_TEST(some.accepts(3, 2) == higher_is_fine);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_ladder_is_refused) {
  const auto error = [](std::vector<std::string_view> levels) {
    const auto made = try_ladder(std::move(levels));
    return made ? std::string() : made.error().detail;
  };
  BOOST_TEST(error({}) == "the first level is not unauthenticated");
  BOOST_TEST(error({"password", "unauthenticated"}) == "the first level is not unauthenticated");
  BOOST_TEST(error({"unauthenticated", "certificate"}) == "there is no level certificate");
  BOOST_TEST(error({"unauthenticated", "unauthenticated"}) == "there is no level unauthenticated");
  BOOST_TEST(error({"unauthenticated", "totp", "totp"}) == "the level totp is there twice");
}

BOOST_AUTO_TEST_CASE(methods_have_names) {
  for (const auto method : {Method::password, Method::certificate, Method::totp}) {
    BOOST_TEST((method_from(name_of(method)) == method));
  }
  BOOST_TEST(!method_from("ssl"));
}

BOOST_AUTO_TEST_SUITE_END()
