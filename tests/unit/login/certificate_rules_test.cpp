#include "login/certificate_rules.hpp"

#include <boost/test/unit_test.hpp>

#include "login/certificate_users.hpp"

using namespace sallyport;
using namespace sallyport::login;

namespace {

identity::CertificateFacts alice() {
  identity::CertificateFacts facts;
  facts.subject = "CN=alice,O=Example";
  facts.issuer = "CN=Corp CA,O=Corp";
  facts.serial = "a1b";
  facts.fingerprint = "00ff";
  facts.common_names = {"alice"};
  facts.emails = {"alice@example.com"};
  facts.policies = {"1.2.3.4", "2.5.29.32.0"};
  return facts;
}

Result<CertificateRules> rules(std::vector<std::string> users, std::size_t authorities = 1) {
  CertificateRuleTexts texts;
  texts.users = std::move(users);
  texts.authorities = authorities;
  return CertificateRules::make(texts);
}

std::string error_of(const std::string& rule, std::size_t authorities = 1) {
  const auto made = rules({rule}, authorities);
  return made ? "" : made.error().detail;
}

// "mail=a,cn=b" or "the error"; errors that send on begin with "none: ", refusals with "refused: ".
std::string asked(const std::vector<std::string>& users, const identity::CertificateFacts& facts,
                  std::size_t authorities = 1) {
  const auto made = rules(users, authorities);
  BOOST_TEST_REQUIRE(made.has_value());
  const auto question = made->question_for(facts);
  if (!question) return question.error().code == Errc::not_found ? "none" : "refused";
  std::string out = question->match.dn.empty() ? "" : "<" + question->match.dn + ">";
  for (const auto& condition : question->match.conditions) {
    out += (out.empty() ? "" : "|") + condition.attribute + "=" + condition.value;
  }
  return std::to_string(question->rule) + ":" + out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_certificate_rules)

BOOST_AUTO_TEST_CASE(without_rules_the_name_of_the_certificate_is_the_name_of_the_entry) {
  BOOST_TEST(asked({}, alice()) == "0:<CN=alice,O=Example>");
}

BOOST_AUTO_TEST_CASE(E8_without_rules_two_authorities_make_nobody_a_user) {
  BOOST_TEST(asked({}, alice(), 2) == "none");
}

BOOST_AUTO_TEST_CASE(a_rule_looks_for_what_the_certificate_says) {
  BOOST_TEST(asked({"issuer \"CN=Corp CA,O=Corp\": mail = {email}, employeeType = {cn}"}, alice()) ==
             "1:mail=alice@example.com|employeeType=alice");
  BOOST_TEST(asked({"issuer \"cn=corp ca, o=Corp\" and policy 1.2.3.4:subject"}, alice(), 3) == "1:<CN=alice,O=Example>");
  BOOST_TEST(asked({"any: x509 = \"{{{issuer}<SR>{serial}, \\\"{cn}\\\\\""}, alice(), 2) ==
             "1:x509={CN=Corp CA,O=Corp<SR>a1b, \"alice\\");
  BOOST_TEST(asked({"any: hash = {fingerprint} "}, alice(), 2) == "1:hash=00ff");
}

BOOST_AUTO_TEST_CASE(the_first_rule_that_applies_decides) {
  const std::vector<std::string> users = {"issuer \"CN=Other CA\": uid = {cn}", "policy 9.9.9: uid = {cn}",
                                          "any: userPrincipalName = {upn}", "any: mail = {email}", "any: uid = {cn}"};
  BOOST_TEST(asked(users, alice()) == "4:mail=alice@example.com");
  auto facts = alice();
  facts.emails.clear();
  BOOST_TEST(asked(users, facts) == "5:uid=alice");
  facts.common_names.clear();
  BOOST_TEST(asked(users, facts) == "none");
}

BOOST_AUTO_TEST_CASE(E8_several_values_of_a_fact_are_refused_and_no_later_rule_is_asked) {
  auto facts = alice();
  facts.subject = "CN=admin,CN=bob";
  facts.common_names = {"admin", "bob"};
  BOOST_TEST(asked({"any: uid = {cn}", "any: mail = {email}"}, facts) == "refused");
  // Not even behind a fact that is missing.
  BOOST_TEST(asked({"any: a = {upn}, uid = {cn}", "any: mail = {email}"}, facts) == "refused");
  BOOST_TEST(asked({"any: a = {upn} {cn}", "any: mail = {email}"}, facts) == "refused");
  facts = alice();
  facts.emails = {"alice@example.com", "bob@example.com"};
  BOOST_TEST(asked({"any: mail = {email}", "any: uid = {cn}"}, facts) == "refused");
  facts.emails = {"alice@example.com", "alice@example.com"};
  BOOST_TEST(asked({"any: mail = {email}"}, facts) == "refused");
  // What a rule does not ask for does not matter to it.
  BOOST_TEST(asked({"any: uid = {cn}"}, facts) == "1:uid=alice");
}

BOOST_AUTO_TEST_CASE(E8_names_that_are_no_plain_text_are_refused) {
  for (const std::string& cn : {std::string("admin\0.example", 14), std::string("admin\n"), std::string(""),
                                std::string(" admin"), std::string("admin "), std::string("adm\xefn"),
                                std::string("a\0d\0m\0", 6), std::string("\xfe\xff"), std::string(1025, 'a')}) {
    auto facts = alice();
    facts.common_names = {cn};
    BOOST_TEST(asked({"any: uid = {cn}", "any: mail = {email}"}, facts) == "refused");
  }
  auto facts = alice();
  facts.subject = "CN=#1e0600610064006d,O=Example";
  BOOST_TEST(asked({}, facts) == "refused");
  facts.subject.clear();
  BOOST_TEST(asked({}, facts) == "none");
}

BOOST_AUTO_TEST_CASE(E8_what_means_something_elsewhere_stays_a_value) {
  auto facts = alice();
  facts.common_names = {"*)(uid=admin"};
  BOOST_TEST(asked({"any: uid = {cn}"}, facts) == "1:uid=*)(uid=admin");
  facts.common_names = {"{email}"};
  BOOST_TEST(asked({"any: uid = {cn}"}, facts) == "1:uid={email}");
  facts.subject = "CN=admin\\,O=Example,O=Other";
  BOOST_TEST(asked({}, facts) == "0:<CN=admin\\,O=Example,O=Other>");
}

BOOST_AUTO_TEST_CASE(E8_the_issuer_is_compared_as_a_name) {
  const std::vector<std::string> users = {"issuer \"CN=Corp CA,O=Corp\": uid = {cn}"};
  for (const char* issuer : {"CN=Corp CA\\,O=Corp", "CN=Corp CA,O=Corp,C=DE", "O=Corp,CN=Corp CA", "CN=Corp CA",
                                    "CN=Corp CA+O=Corp", "CN=Corp CA,O=Corp\\00", "", "CN=Corp  CA,O=C\xc3\xb6rp"}) {
    auto facts = alice();
    facts.issuer = issuer;
    BOOST_TEST(asked(users, facts, 2) == "none");
  }
  auto facts = alice();
  facts.issuer = "cn=CORP CA,o=corp";
  BOOST_TEST(asked(users, facts, 2) == "1:uid=alice");
}

BOOST_AUTO_TEST_CASE(E8_with_two_authorities_a_rule_names_its_issuer) {
  for (const char* rule : {"any: mail = {email}", "any: subject", "policy 1.2.3: subject", "any: s = {serial}"}) {
    BOOST_TEST(error_of(rule, 1).empty());
    BOOST_TEST(error_of(rule, 2).find("rule number 1, character 1: the rule has to say whose") != std::string::npos);
  }
  for (const char* rule : {"issuer \"CN=a\": mail = {email}", "any: m = {issuer} {serial}", "any: m = {fingerprint}"}) {
    BOOST_TEST(error_of(rule, 2).empty());
  }
}

BOOST_AUTO_TEST_CASE(a_rule_that_cannot_be_read_says_where) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "character 1: expected issuer"},
      {"issuer", "character 7: expected a name in double quotes"},
      {"issuer \"CN=a: mail = {email}", "character 8: this double quote is not closed"},
      {"issuer \"nobody\": mail = {email}", "character 8: \"nobody\" is no distinguished name"},
      {"issuer \"\": mail = {email}", "character 8: the issuer has an empty name"},
      {"issuer \"CN=#0c01\": mail = {email}", "character 8: a part of the name"},
      {"issuer \"CN=a\" and issuer \"CN=b\": mail = {email}", "character 19: a second issuer"},
      {"policy x: mail = {email}", "character 8: \"x\" is no object identifier"},
      {"policy 1.2 or issuer \"CN=a\": subject", "character 12: expected and, or a colon, not \"or\""},
      {"any mail = {email}", "character 5: expected a colon"},
      {"any: mail", "character 10: expected = after mail"},
      {"any: mail = {email}, subject", "character 29: expected = after subject"},
      {"any: subject, mail = {email}", "character 13: expected a comma or the end"},
      {"any: mail = {mail}", "character 14: \"mail\" is nothing that a certificate says; there are subject, issuer"},
      {"any: mail = {email", "character 13: a { without }"},
      {"any: mail = email}", "character 18: a } without {"},
      {"any: mail = {cn}{email}", "character 17: two facts with nothing between them"},
      {"any: mail = \"{email}", "character 13: this double quote is not closed"},
      {"any: mail = {email} \"x\"", "character 21: a double quote inside"},
      {"any: mail = ", "character 13: expected a value"},
      {"any: mail = {email},", "character 21: expected subject, or the attribute"},
      {"any: _x = {email}", "character 6: \"_x\" is no name of an attribute"},
      {"any: mail = admin@example.com", "looks for nothing that the certificate says"},
      {"any: userPassword = {cn}", "nobody is found by his password"},
  };
  for (const auto& [rule, why] : kCases) {
    BOOST_TEST_CONTEXT(rule) {
      const std::string error = error_of(rule);
      BOOST_TEST(error.starts_with("[certificate-users] rule number 1, "));
      BOOST_TEST(error.find(why) != std::string::npos, error);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_level_is_that_of_the_first_rule_for_the_issuer_or_the_policy) {
  CertificateRuleTexts texts;
  texts.levels = {"issuer \"CN=Corp CA,O=Corp\" and policy 1.2.3.4: ssl-strong", "any: ssl"};
  texts.authorities = 1;
  const auto made = CertificateRules::make(texts);
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(made->level_for(alice()).value() == "ssl-strong");
  auto facts = alice();
  facts.policies = {"1.2.3.40"};
  BOOST_TEST(made->level_for(facts).value() == "ssl");
  BOOST_TEST(made->level_names() == (std::vector<std::string>{"ssl-strong", "ssl"}), boost::test_tools::per_element());
  texts.levels.clear();
  BOOST_TEST(!CertificateRules::make(texts)->level_for(facts).has_value());
}

BOOST_AUTO_TEST_CASE(E8_with_two_authorities_no_policy_alone_makes_a_level) {
  CertificateRuleTexts texts;
  texts.levels = {"policy 1.2.3.4: ssl"};
  texts.authorities = 2;
  const auto made = CertificateRules::make(texts);
  BOOST_TEST_REQUIRE(!made.has_value());
  BOOST_TEST(made.error().detail.starts_with("[certificate-levels] rule number 1, character 1: the rule has to say"));
}

BOOST_AUTO_TEST_CASE(facts_become_attributes_of_the_credential) {
  CertificateRuleTexts texts;
  texts.attributes = {"certSerial: serial", "certMail : email", "upn:upn"};
  const auto made = CertificateRules::make(texts);
  BOOST_TEST_REQUIRE(made.has_value());
  auto facts = alice();
  facts.emails = {"a@example.com", std::string("b\0", 2), "c@example.com"};
  const auto attributes = made->attributes_of(facts);
  BOOST_TEST_REQUIRE(attributes.size() == 2u);
  BOOST_TEST(attributes[0].name == "certSerial");
  BOOST_TEST(attributes[0].values == std::vector<std::string>{"a1b"}, boost::test_tools::per_element());
  BOOST_TEST(attributes[1].values == (std::vector<std::string>{"a@example.com", "c@example.com"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(attributes_of_the_credential_that_cannot_be_are_errors) {
  for (const auto& [text, why] : {std::pair{"x: y", "character 4: \"y\" is nothing"}, {"x", "expected a colon"},
                                  {"userPassword: cn", "is for secrets"}, {"x: cn y", "expected the end"}}) {
    CertificateRuleTexts texts;
    texts.attributes = {text};
    const auto made = CertificateRules::make(texts);
    BOOST_TEST_REQUIRE(!made.has_value());
    BOOST_TEST(made.error().detail.starts_with("[certificate] cred-attr number 1, character "));
    BOOST_TEST(made.error().detail.find(why) != std::string::npos, made.error().detail);
  }
  CertificateRuleTexts texts;
  texts.attributes = {"x: cn", "X: email"};
  BOOST_TEST(!CertificateRules::make(texts).has_value());
}

BOOST_AUTO_TEST_CASE(a_credential_made_by_a_certificate_says_so) {
  identity::CredentialFields fields;
  fields.user = "alice";
  fields.method = "password";
  fields.attributes = {{"mail", {"m"}}, {"CN", {"c"}}};
  fields.entry_version = 9;
  CertificateRuleTexts texts;
  texts.attributes = {"cn: cn"};
  const auto made = CertificateRules::make(texts);
  const auto user = identity::Credential::make(fields).value();
  const auto credential = with_certificate(*user, *made, alice(), 2).value();
  BOOST_TEST(credential->method() == "certificate");
  BOOST_TEST(credential->level() == 2);
  BOOST_TEST(credential->entry_version() == 9u);
  BOOST_TEST(credential->attributes().size() == 2u);
  BOOST_TEST(credential->find_attribute("cn")->values.front() == "alice");
  BOOST_TEST(!with_certificate(*user, *made, alice(), 0).has_value());
}

BOOST_AUTO_TEST_CASE(authorities_are_counted) {
  BOOST_TEST(count_authorities("") == 0u);
  BOOST_TEST(count_authorities("x\n-----BEGIN CERTIFICATE-----\nab\n-----END CERTIFICATE-----\n") == 1u);
  BOOST_TEST(count_authorities("-----BEGIN CERTIFICATE----- \r\nab\n-----END CERTIFICATE-----\n"
                               "-----BEGIN PRIVATE KEY-----\n-----BEGIN X509 CERTIFICATE-----\n") == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
