#include "admin/pop_commands.hpp"

#include <boost/test/unit_test.hpp>

#include "admin/grammar.hpp"

using namespace sallyport;
using namespace sallyport::admin;

namespace {

struct Fixture {
  authz::PolicyDocument document = authz::PolicyDocument::with_defaults();

  CommandOutput run(std::string_view line) { return run_pop_command(tokenize(line).value(), document); }

  void done(std::string_view line) {
    const auto before = document;
    const auto output = run(line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(output.exit_code == 0);
      BOOST_TEST(output.err == "");
      BOOST_TEST(output.out == "");
      BOOST_TEST(output.changed);
      BOOST_TEST(!(document == before));
    }
  }

  void prints(std::string_view line, std::string_view expected) {
    const auto before = document;
    const auto output = run(line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(output.exit_code == 0);
      BOOST_TEST(output.err == "");
      BOOST_TEST(output.out == expected);
      BOOST_TEST(!output.changed);
      BOOST_TEST((document == before));
    }
  }

  void fails(std::string_view line, int exit_code, std::string_view error) {
    const auto before = document;
    const auto output = run(line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(output.exit_code == exit_code);
      BOOST_TEST(output.out == "");
      BOOST_TEST(output.err.starts_with("Error: " + std::string(error)), output.err);
      BOOST_TEST(output.err.find('\n') == output.err.size() - 1);
      BOOST_TEST(!output.changed);
      BOOST_TEST((document == before));
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admin_pop_commands, Fixture)

BOOST_AUTO_TEST_CASE(a_pop_is_shown_with_the_labels_that_scripts_know) {
  done("pop create p1");
  prints("pop show p1",
         "    Protected object policy: p1\n    Description:\n    Warning: no\n    Quality of protection: none\n"
         "    IP Endpoint Authentication Method Policy\n        Any Other Network 0\n");
  done("pop modify p1 set description \"the vault\"");
  done("pop modify p1 set warning yes");
  done("pop modify p1 set qop privacy");
  done("pop modify p1 set ipauth add 10.0.0.0 255.0.0.0 1");
  done("pop modify p1 set ipauth add 192.0.2.0 255.255.255.0 forbidden");
  done("pop modify p1 set ipauth anyothernw 2");
  prints("pop show P1",
         "    Protected object policy: p1\n    Description: the vault\n    Warning: yes\n"
         "    Quality of protection: privacy\n    IP Endpoint Authentication Method Policy\n"
         "        Network 192.0.2.0 Netmask 255.255.255.0 forbidden\n        Network 10.0.0.0 Netmask 255.0.0.0 1\n"
         "        Any Other Network 2\n");
  done("pop modify p1 set ipauth remove 10.0.0.0 255.0.0.0");
  done("pop modify p1 set ipauth anyothernw forbidden");
  done("pop modify p1 set warning no");
  prints("pop show p1",
         "    Protected object policy: p1\n    Description: the vault\n    Warning: no\n"
         "    Quality of protection: privacy\n    IP Endpoint Authentication Method Policy\n"
         "        Network 192.0.2.0 Netmask 255.255.255.0 forbidden\n        Any Other Network forbidden\n");
}

BOOST_AUTO_TEST_CASE(pops_are_attached_found_and_listed) {
  done("pop create b");
  done("pop create A");
  prints("pop list", "A\nb\n");
  done("pop attach /WebSEAL/x b");
  done("pop attach / b");
  prints("pop find b", "/\n/WebSEAL/x\n");
  fails("pop delete b", 1, "the POP b is attached to /: detach it first");
  done("pop detach /");
  done("pop detach /WebSEAL/x");
  done("pop delete b");
  prints("pop list", "A\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_says_why) {
  done("pop create p");
  document = authz::PolicyDocument::with_defaults({.max_level = 1});
  done("pop create p");
  fails("pop modify p set ipauth anyothernw 2", 1,
        "there is no authentication level 2: [authentication-levels] has 0 to 1");
  fails("pop modify p set ipauth anyothernw high", 1, "'high' is neither an authentication level");
  fails("pop modify p set ipauth add 10.0.0.0 255.0.255.0 1", 1, "the mask '255.0.255.0' has a gap");
  fails("pop modify p set ipauth remove 10.0.0.0 255.0.0.0", 1, "the POP p has no entry for the network 10.0.0.0");
  fails("pop modify p set qop some", 1, "'some' is no quality of protection: none, integrity or privacy");
  fails("pop modify p set warning maybe", 1, "'maybe' is neither yes nor no");
  fails("pop modify q set warning yes", 1, "there is no POP 'q'");
  fails("pop attach / q", 1, "there is no POP 'q'");
  fails("pop attach x p", 1, "'x' is no object name");
  fails("pop detach /", 1, "no POP is attached to /");
}

BOOST_AUTO_TEST_CASE(what_is_no_command_shows_its_usage) {
  fails("pop", 2, "usage: pop create|delete|");
  fails("pop make x", 2, "usage: pop create|delete|");
  fails("pop create", 2, "usage: pop create <pop>");
  fails("pop modify p set warning", 2, "usage: pop modify <pop> set");
  fails("pop modify p set ipauth add 10.0.0.0 255.0.0.0", 2, "usage: pop modify");
  fails("pop modify p set ipauth anyothernw 1 2", 2, "usage: pop modify");
  fails("pop modify p set audit-level all", 2, "usage: pop modify");
}

BOOST_AUTO_TEST_SUITE_END()
