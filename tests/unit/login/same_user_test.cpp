#include "login/same_user.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::login;

namespace {

identity::CredentialFields sample() {
  identity::CredentialFields fields;
  fields.user = "alice";
  fields.dn = "uid=alice,ou=people,dc=example";
  fields.groups = {"staff", "everyone"};
  fields.method = "password";
  fields.attributes = {{"mail", {"a@example", "b@example"}}, {"sn", {"A"}}};
  fields.entry_version = 7;
  return fields;
}

Standing against_sample(identity::CredentialFields now) {
  return standing_of(*identity::Credential::make(sample()).value(), *identity::Credential::make(std::move(now)).value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_same_user)

BOOST_AUTO_TEST_CASE(F12_the_order_and_the_spelling_that_a_server_chooses_change_nothing) {
  BOOST_CHECK(against_sample(sample()) == Standing::same);
  auto now = sample();
  now.groups = {"everyone", "STAFF"};
  now.attributes = {{"sn", {"A"}}, {"mail", {"b@example", "a@example"}}};
  now.dn = "UID=alice, ou=People, dc=example";
  now.method = "look-up";
  BOOST_CHECK(against_sample(now) == Standing::same);
}

BOOST_AUTO_TEST_CASE(F12_attributes_of_the_login_are_none_of_the_registrys) {
  auto fields = sample();
  fields.method = "certificate";
  fields.level = 2;
  fields.attributes = joined_attributes(sample().attributes, {{"SN", {"from certificate"}}, {"serial", {"1"}}});
  const auto session = identity::Credential::make(fields).value();
  const auto same = identity::Credential::make(sample()).value();
  BOOST_CHECK(standing_of(*session, *same) == Standing::same);
  auto changed = sample();
  changed.groups = {"staff"};
  changed.attributes = {{"mail", {"new@example"}}, {"sn", {"B"}}};
  const auto now = identity::Credential::make(changed).value();
  BOOST_CHECK(standing_of(*session, *now) == Standing::changed);
  const auto next = refreshed(*session, *now).value();
  BOOST_TEST(next->method() == "certificate");
  BOOST_TEST(next->level() == 2);
  BOOST_TEST(next->attributes().size() == 3u);
  BOOST_TEST(next->find_attribute("mail")->values.front() == "new@example");
  BOOST_TEST(next->find_attribute("sn")->values.front() == "from certificate");
  BOOST_TEST(next->find_attribute("serial")->values.front() == "1");
  BOOST_CHECK(standing_of(*next, *now) == Standing::same);
}

BOOST_AUTO_TEST_CASE(F12_one_group_more_or_less_is_a_change) {
  for (const auto& groups : {std::vector<std::string>{"staff"}, {"staff", "everyone", "guests"}, {}}) {
    auto now = sample();
    now.groups = groups;
    BOOST_CHECK(against_sample(now) == Standing::changed);
  }
  auto now = sample();
  now.attributes[0].values = {"a@example"};
  BOOST_CHECK(against_sample(now) == Standing::changed);
  now = sample();
  now.dn = "uid=alice,ou=elsewhere,dc=example";
  BOOST_CHECK(against_sample(now) == Standing::changed);
}

BOOST_AUTO_TEST_CASE(F12_another_entry_or_another_password_is_another_user) {
  auto now = sample();
  now.entry_version = 8;
  BOOST_CHECK(against_sample(now) == Standing::other_user);
  now.entry_version = 0;  // of a server that does not show it
  BOOST_CHECK(against_sample(now) == Standing::same);
  now = sample();
  now.user = "bob";
  BOOST_CHECK(against_sample(now) == Standing::other_user);
}

BOOST_AUTO_TEST_CASE(F12_a_refreshed_credential_keeps_what_was_proved) {
  auto proved = sample();
  proved.method = "certificate";
  proved.level = 2;
  auto now = sample();
  now.groups = {"guests"};
  now.entry_version = 0;
  const auto next = refreshed(*identity::Credential::make(proved).value(), *identity::Credential::make(now).value()).value();
  BOOST_TEST(next->method() == "certificate");
  BOOST_TEST(next->level() == 2);
  BOOST_TEST(next->groups().size() == 1u);
  BOOST_TEST(next->entry_version() == 7u);
}

BOOST_AUTO_TEST_SUITE_END()
