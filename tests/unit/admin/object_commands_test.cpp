#include "admin/object_commands.hpp"

#include <boost/test/unit_test.hpp>

#include "admin/grammar.hpp"

using namespace sallyport;
using namespace sallyport::admin;

namespace {

struct Fixture {
  authz::PolicyDocument document = authz::PolicyDocument::with_defaults();

  CommandOutput run(std::string_view line) { return run_object_command(tokenize(line).value(), document); }

  void done(std::string_view line) {
    const auto output = run(line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(output.exit_code == 0);
      BOOST_TEST(output.err == "");
      BOOST_TEST(output.changed);
    }
  }

  void prints(std::string_view line, std::string_view expected) {
    const auto output = run(line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(output.exit_code == 0);
      BOOST_TEST(output.out == expected);
      BOOST_TEST(!output.changed);
    }
  }

  void fails(std::string_view line, int exit_code, std::string_view error) {
    const auto before = document;
    const auto output = run(line);
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(output.exit_code == exit_code);
      BOOST_TEST(output.err.starts_with("Error: " + std::string(error)), output.err);
      BOOST_TEST(output.err.find('\n') == output.err.size() - 1);
      BOOST_TEST(!output.changed);
      BOOST_TEST((document == before));
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admin_object_commands, Fixture)

BOOST_AUTO_TEST_CASE(an_object_without_a_record_is_shown_with_what_holds_for_it) {
  prints("object show /WebSEAL/www-default/x",
         "    Name: /WebSEAL/www-default/x\n"
         "    Description:\n"
         "    Type: 0 (unknown)\n"
         "    Is Policy Attachable: Yes\n"
         "    Attached ACL:\n    Attached POP:\n"
         "    Effective ACL: default-webseal\n    Effective POP:\n");
  prints("object exists /WebSEAL/www-default/x", "Exists: No\n");
}

BOOST_AUTO_TEST_CASE(objects_are_made_changed_and_deleted) {
  done("object create /WebSEAL/www-default/app \"the application\" 5 ispolicyattachable yes");
  prints("object exists /WebSEAL/www-default/app", "Exists: Yes\n");
  done("object modify /WebSEAL/www-default/app set description shop");
  done("object modify /WebSEAL/www-default/app set type 11");
  done("object modify /WebSEAL/www-default/app set ispolicyattachable no");
  prints("object show /WebSEAL/www-default/app",
         "    Name: /WebSEAL/www-default/app\n"
         "    Description: shop\n"
         "    Type: 11 (container object)\n"
         "    Is Policy Attachable: No\n"
         "    Attached ACL:\n    Attached POP:\n"
         "    Effective ACL: default-webseal\n    Effective POP:\n");
  done("object delete /WebSEAL/www-default/app");
  prints("object exists /WebSEAL/www-default/app", "Exists: No\n");
}

BOOST_AUTO_TEST_CASE(containers_are_listed) {
  prints("object list", "/Management\n/WebSEAL\n");
  done("object create /WebSEAL/s/app \"\" 5 ispolicyattachable yes");
  prints("object list /WebSEAL", "/WebSEAL/s\n");
  prints("object list /WebSEAL/s", "/WebSEAL/s/app\n");
  prints("object list /WebSEAL/s/app", "");
  prints("object listandshow /WebSEAL/s",
         "    Name: /WebSEAL/s/app\n    Description:\n    Type: 5 (junction)\n    Is Policy Attachable: Yes\n"
         "    Attached ACL:\n    Attached POP:\n    Effective ACL: default-webseal\n    Effective POP:\n");
  prints("object show /WebSEAL",
         "    Name: /WebSEAL\n    Description:\n    Type: 0 (unknown)\n    Is Policy Attachable: Yes\n"
         "    Attached ACL: default-webseal\n    Attached POP:\n    Effective ACL: default-webseal\n    Effective POP:\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_an_error) {
  fails("object show x", 1, "'x' is no object name");
  fails("object create /a d 18 ispolicyattachable yes", 1, "'18' is no object type: a number from 0 to 17");
  fails("object create /a d x ispolicyattachable yes", 1, "'x' is no object type");
  fails("object create /a d 1 ispolicyattachable maybe", 1, "'maybe' is neither yes nor no");
  fails("object delete /a", 1, "no object /a was created");
  fails("object modify /WebSEAL set ispolicyattachable no", 1, "an ACL is attached to /WebSEAL: detach it first");
}

BOOST_AUTO_TEST_CASE(a_wrong_command_is_told_its_usage) {
  fails("object", 2, "usage: object show|list|");
  fails("object show", 2, "usage: object show <object>\n");
  fails("object create /a d 1 policyattachable yes", 2, "usage: object create ");
  fails("object create /a d 1", 2, "usage: object create ");
  fails("object modify /a set colour red", 2, "usage: object modify ");
  fails("object modify /a get type 1", 2, "usage: object modify ");
}

BOOST_AUTO_TEST_SUITE_END()
