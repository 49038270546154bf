#include "login/ldif.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace sallyport;
using namespace sallyport::login;

namespace {

LdifDocument read(std::string_view text) {
  return parse_ldif(text, LdifLimits{}).value();
}

std::string error_of(std::string_view text, LdifLimits limits = {}) {
  const auto document = parse_ldif(text, limits);
  return document ? "" : document.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_ldif)

BOOST_AUTO_TEST_CASE(entries_have_names_and_values) {
  const auto document = read(
      "version: 1\n"
      "# the boss\n"
      "dn: uid=alice,dc=example\n"
      "objectClass: inetOrgPerson\n"
      "objectclass: top\n"
      "cn:: w4RsaWNl\n"
      "description: a long line that goes\n"
      "  on and on\n"
      "sn:B\n"
      "mail:\n"
      "\n"
      "\n"
      "dn:: dWlkPWJvYg==\n"
      "uid: bob\r\n"
      "title;lang-de: J\xc3\xb6rg");
  BOOST_TEST(document.entries.size() == 2u);
  const LdifEntry& alice = document.entries[0];
  BOOST_TEST(alice.dn() == "uid=alice,dc=example");
  BOOST_TEST(alice.line() == 3u);
  BOOST_TEST(alice.values("OBJECTCLASS").size() == 2u);
  BOOST_TEST(alice.is_a("INETORGPERSON"));
  BOOST_TEST(!alice.is_a("person"));
  BOOST_TEST(alice.value("cn") == "\xc3\x84lice");
  BOOST_TEST(alice.value("description") == "a long line that goes on and on");
  BOOST_TEST(alice.value("sn") == "B");
  BOOST_TEST(alice.has("mail"));
  BOOST_TEST(alice.value("mail") == "");
  BOOST_TEST(!alice.has("uid"));
  BOOST_TEST(document.entries[1].dn() == "uid=bob");
  BOOST_TEST(document.entries[1].value("uid") == "bob");
  BOOST_TEST(document.entries[1].value("title;lang-de") == "J\xc3\xb6rg");
  BOOST_TEST(read("").entries.empty());
  BOOST_TEST(read("# nothing\n\n").entries.empty());
}

BOOST_AUTO_TEST_CASE(errors_name_the_line) {
  BOOST_TEST(error_of("dn: a=b\nx\n") == "line 2: no ':' after an attribute name");
  BOOST_TEST(error_of("dn: a=b\ncn: x\n y\na b: c\n") == "line 4: \"a b\" is no attribute name");
  BOOST_TEST(error_of("\n\ncn: x\n") == "line 3: an entry begins with \"dn:\"");
  BOOST_TEST(error_of(" x\n") == "line 1: a continuation of nothing: it begins with a blank");
  BOOST_TEST(error_of("dn: a=b\n\n x: y\n") == "line 3: a continuation of an empty line: it begins with a blank");
  BOOST_TEST(error_of("dn: a=b\ncn:: ***\n") == "line 2: the value after \"::\" is no base64");
  BOOST_TEST(error_of("dn: a=b\ncn: x\ndn: c=d\n") == "line 3: a second dn: an empty line must end the entry before");
  BOOST_TEST(error_of("dn: a=b\n\n") == "line 1: an entry without attributes");
  BOOST_TEST(error_of("version: 2\n") == "line 1: version must be 1");
  BOOST_TEST(error_of("dn: a=b\ncn: \xff\n").starts_with("line 2: not UTF-8"));
  BOOST_TEST(error_of("dn: a=b\ncn: a\x01\n").starts_with("line 2: a control character"));
  BOOST_TEST(error_of(std::string_view("dn: a=b\ncn: a\0b\n", 16)).starts_with("line 2: a control character"));
  BOOST_TEST(error_of("dn: a=b\ncn: a\rb\n").starts_with("line 2: a control character"));
}

BOOST_AUTO_TEST_CASE(nothing_is_fetched_and_nothing_is_changed_by_a_file) {
  BOOST_TEST(error_of("dn: a=b\njpegPhoto:< file:///etc/passwd\n") ==
             "line 2: a value from an URL is not read, write it here");
  BOOST_TEST(error_of("dn: a=b\nchangetype: delete\n") == "line 2: change records are not read, only entries");
}

// attack case D6
BOOST_AUTO_TEST_CASE(D6_every_size_has_a_limit) {
  LdifLimits limits;
  limits.max_bytes = 100;
  BOOST_TEST(error_of(std::string(101, '\n'), limits) == "larger than the limit for LDIF files");
  limits = {};
  limits.max_entries = 1;
  BOOST_TEST(error_of("dn: a=b\nc: d\n\ndn: e=f\ng: h\n", limits) == "line 4: more than 1 entries");
  limits = {};
  limits.max_attributes = 1;
  BOOST_TEST(error_of("dn: a=b\nc: d\ne: f\n", limits) == "line 3: more than 1 values in one entry");
  limits = {};
  limits.max_value = 5;
  BOOST_TEST(error_of("dn: a=b\nc: 123456\n", limits) == "line 2: the value is too long");
  BOOST_TEST(error_of("dn: a=b\nc: 1\n 2345678901\n", limits) == "line 2: too long");
}

BOOST_AUTO_TEST_CASE(what_was_not_changed_keeps_its_bytes) {
  const std::string text =
      "version: 1\n"
      "\n"
      "# people\n"
      "dn: uid=alice\n"
      "cn:   spaced\n"
      "# inside\n"
      "description: folded at an odd\n"
      "  place\n"
      "\n"
      "# bob\n"
      "dn: uid=bob\n"
      "sn: J\xc3\xb6rg\n"
      "\n"
      "# the end\n";
  BOOST_TEST(render_ldif(read(text)) == text);
  auto document = read(text);
  document.entries[1].set("sn", "x");
  BOOST_TEST(render_ldif(document) == text.substr(0, text.find("sn: J")) + "sn: x\n\n# the end\n");
}

BOOST_AUTO_TEST_CASE(entries_are_changed_in_places) {
  auto document = read("# c\ndn: a=b\n# d\nmember: x\nmember: y\nMEMBER: z\ncn: n\n");
  LdifEntry& entry = document.entries[0];
  BOOST_TEST(entry.remove_value("member", "y") == 1u);
  BOOST_TEST(render_ldif(document) == "# c\n# d\ndn: a=b\nmember: x\nMEMBER: z\ncn: n\n");
  entry.set("Member", "w");
  BOOST_TEST(render_ldif(document) == "# c\n# d\ndn: a=b\nmember: w\ncn: n\n");
  entry.add("sn", "s");
  BOOST_TEST(entry.remove("member") == 1u);
  BOOST_TEST(entry.remove("member") == 0u);
  BOOST_TEST(render_ldif(document) == "# c\n# d\ndn: a=b\ncn: n\nsn: s\n");
}

// attack case G6
BOOST_AUTO_TEST_CASE(G6_no_value_becomes_a_second_attribute) {
  std::mt19937 random(20240614);
  for (int i = 0; i < 3000; ++i) {
    LdifDocument document;
    for (unsigned n = 1 + random() % 3; n > 0; --n) {
      LdifEntry entry("cn=" + std::to_string(n));
      for (unsigned k = 1 + random() % 3; k > 0; --k) {
        std::string value;
        for (unsigned bytes = random() % 200; bytes > 0; --bytes) {
          value += random() % 3 == 0 ? static_cast<char>(random() % 256) : "\n :<#a"[random() % 6];
        }
        entry.add("description", value);
      }
      document.entries.push_back(std::move(entry));
    }
    const auto again = read(render_ldif(document));
    BOOST_REQUIRE(again.entries.size() == document.entries.size());
    for (std::size_t n = 0; n < again.entries.size(); ++n) {
      BOOST_REQUIRE(again.entries[n].dn() == document.entries[n].dn());
      BOOST_REQUIRE((again.entries[n].values("description") == document.entries[n].values("description")));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
