#include "http/host_names.hpp"

#include <boost/test/unit_test.hpp>

using sallyport::http::HostNames;

namespace {

HostNames sample() {
  HostNames names;
  for (const char* const name : {"www.Example.org", "localhost", "*.apps.example.org", "192.0.2.1", "2001:db8::1"}) {
    names.add(name);
  }
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_host_names)

BOOST_AUTO_TEST_CASE(A10_only_listed_names_are_ours) {
  const HostNames names = sample();
  for (const char* const ours : {"www.example.org", "www.example.org:8443", "localhost", "localhost:1"}) {
    BOOST_TEST(names.contains(ours), ours);
  }
  for (const char* const other : {"", ":443", "example.org", "xwww.example.org", "www.example.org.evil.example",
                                  "a.www.example.org", "www.example.or", "localhos"}) {
    BOOST_TEST(!names.contains(other), other);
  }
  BOOST_TEST(!HostNames().contains(""));
  BOOST_TEST(!HostNames().contains("localhost"));
}

BOOST_AUTO_TEST_CASE(A10_an_asterisk_is_one_label) {
  const HostNames names = sample();
  BOOST_TEST(names.contains("one.apps.example.org"));
  BOOST_TEST(names.contains("two.apps.example.org:8443"));
  for (const char* const other :
       {"apps.example.org", ".apps.example.org", "a.b.apps.example.org", "xapps.example.org"}) {
    BOOST_TEST(!names.contains(other), other);
  }
}

BOOST_AUTO_TEST_CASE(A10_an_address_counts_in_every_spelling_if_it_is_listed) {
  const HostNames names = sample();
  for (const char* const ours :
       {"192.0.2.1", "192.0.2.1:8443", "[2001:db8::1]", "[2001:db8::1]:8443", "[2001:db8:0::1]"}) {
    BOOST_TEST(names.contains(ours), ours);
  }
  for (const char* const other : {"192.0.2.2", "127.0.0.1", "[::1]", "[2001:db8::2]:8443", "2001:db8::1"}) {
    BOOST_TEST(!names.contains(other), other);
  }
}

BOOST_AUTO_TEST_SUITE_END()
