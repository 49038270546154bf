#include "admin/acl_commands.hpp"

#include <boost/test/unit_test.hpp>

#include "admin/grammar.hpp"

using namespace sallyport;
using namespace sallyport::admin;

namespace {

struct Fixture {
  authz::PolicyDocument document = authz::PolicyDocument::with_defaults();

  CommandOutput run(std::string_view line) { return run_acl_command(tokenize(line).value(), document); }

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

BOOST_FIXTURE_TEST_SUITE(admin_acl_commands, Fixture)

BOOST_AUTO_TEST_CASE(a_list_is_shown_with_the_labels_that_scripts_know) {
  done("acl create web");
  done("acl modify web description \"for the web\"");
  done("acl modify web set group iv-admin TcmdbsvaBRrxl");
  done("acl modify web set user sec_master TcmdbsvaBRrxl");
  done("acl modify web set any-other Trx");
  done("acl modify web set unauthenticated T");
  prints("acl show WEB",
         "    ACL Name: web\n"
         "    Description: for the web\n"
         "    Entries:\n"
         "        Group iv-admin TcmdbsvaBRrxl\n"
         "        User sec_master TcmdbsvaBRrxl\n"
         "        Any-other Trx\n"
         "        Unauthenticated T\n");
}

BOOST_AUTO_TEST_CASE(entries_are_set_and_removed) {
  done("acl create \"two words\"");
  done("acl modify \"two words\" set user \"John Doe\" r");
  done("acl modify \"two words\" set user nobody");
  done("acl modify \"two words\" set any-other xT");
  prints("acl show \"two words\"",
         "    ACL Name: two words\n    Description:\n    Entries:\n        User John Doe r\n        User nobody\n"
         "        Any-other Tx\n");
  done("acl modify \"two words\" remove user \"john doe\"");
  done("acl modify \"two words\" remove any-other");
  prints("acl show \"two words\"", "    ACL Name: two words\n    Description:\n    Entries:\n        User nobody\n");
  fails("acl modify \"two words\" remove any-other", 1, "the ACL two words has no entry for any-other");
  fails("acl modify \"two words\" set user a rq", 1, "'q' in 'rq' is no permission");
  fails("acl modify \"two words\" set user \"\" r", 1, "the name is empty");
}

BOOST_AUTO_TEST_CASE(lists_are_attached_found_and_detached) {
  done("acl create web");
  done("acl attach /WebSEAL/www-default/app web");
  done("acl attach \"/WebSEAL/www-default/my app\" web");
  prints("acl find web", "/WebSEAL/www-default/app\n/WebSEAL/www-default/my app\n");
  fails("acl delete web", 1, "the ACL web is attached to /WebSEAL/www-default/app: detach it first");
  done("acl detach /WebSEAL/www-default/app");
  done("acl detach \"/WebSEAL/www-default/my app\"");
  prints("acl find web", "");
  done("acl delete web");
  fails("acl detach /", 1, "the root object always has an ACL");
  fails("acl attach WebSEAL web", 1, "'WebSEAL' is no object name");
  fails("acl attach /elsewhere default-root", 1, "there is no object space for /elsewhere");
}

BOOST_AUTO_TEST_CASE(lists_are_listed) {
  done("acl create Zoo");
  prints("acl list", "default-management\ndefault-root\ndefault-webseal\nZoo\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_an_error) {
  fails("acl show none", 1, "there is no ACL 'none'");
  fails("acl find none", 1, "there is no ACL 'none'");
  fails("acl delete none", 1, "there is no ACL 'none'");
  fails("acl modify none set any-other r", 1, "there is no ACL 'none'");
  fails("acl attach / none", 1, "there is no ACL 'none'");
  fails("acl create default-root", 1, "there is an ACL default-root already");
}

BOOST_AUTO_TEST_CASE(a_wrong_command_is_told_its_usage) {
  fails("acl", 2, "usage: acl create|delete|list|show|find|attach|detach|modify ...");
  fails("acl paint", 2, "usage: acl create|");
  fails("acl de x", 2, "usage: acl create|");  // delete or detach
  fails("acl create", 2, "usage: acl create <acl>\n");
  fails("acl create a b", 2, "usage: acl create <acl>\n");
  fails("acl attach /", 2, "usage: acl attach <object> <acl>\n");
  fails("acl modify default-root", 2, "usage: acl modify <acl>");
  fails("acl modify default-root set", 2, "usage: acl modify <acl>");
  fails("acl modify default-root set user", 2, "usage: acl modify <acl>");
  fails("acl modify default-root set any-other T r", 2, "usage: acl modify <acl>");
  fails("acl modify default-root remove any-other T", 2, "usage: acl modify <acl>");
  fails("acl modify default-root description", 2, "usage: acl modify <acl>");
  fails("acl modify default-root description a b", 2, "usage: acl modify <acl>");
  fails("acl modify default-root paint any-other", 2, "usage: acl modify <acl>");
}

BOOST_AUTO_TEST_CASE(keywords_may_be_cut_short) {
  done("acl cr web");
  done("acl mod web desc x");
  done("acl mod web set description y");
  done("acl m web set una T");
  done("acl m web rem una");
  done("acl del web");
}

BOOST_AUTO_TEST_SUITE_END()
