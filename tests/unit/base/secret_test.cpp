#include "base/secret.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;

BOOST_AUTO_TEST_SUITE(base_secret)

BOOST_AUTO_TEST_CASE(moving_leaves_nothing_behind) {
  std::string source = "short";
  const char* storage = source.data();
  Secret secret = Secret::take(std::move(source));
  BOOST_TEST(source.empty());
  BOOST_TEST(storage[0] == '\0');
  Secret other(std::move(secret));
  BOOST_TEST(secret.empty());
  BOOST_TEST(other.reveal() == "short");
}

BOOST_AUTO_TEST_CASE(comparison_is_by_value) {
  BOOST_TEST((Secret("abc") == Secret("abc")));
  BOOST_TEST(!(Secret("abc") == Secret("abd")));
  BOOST_TEST(!(Secret("abc") == Secret("ab")));
}

BOOST_AUTO_TEST_SUITE_END()
