#include "session/same_origin.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::session;

namespace {

Initiator of(std::vector<std::pair<const char*, const char*>> fields, std::string_view authority = "app.example",
             std::string_view scheme = "https") {
  http::Headers headers;
  for (const auto& [name, value] : fields) headers.add(std::string_view(name), value);
  return initiator_of(headers, scheme, authority);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_same_origin)

BOOST_AUTO_TEST_CASE(the_browser_says_who_made_it_send_a_request) {
  BOOST_TEST((of({{"Sec-Fetch-Site", "same-origin"}}) == Initiator::own_page));
  BOOST_TEST((of({{"Sec-Fetch-Site", "none"}}) == Initiator::own_page));
  BOOST_TEST((of({{"Sec-Fetch-Site", "same-site"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Sec-Fetch-Site", "cross-site"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Origin", "https://app.example"}}) == Initiator::own_page));
  BOOST_TEST((of({{"Origin", "https://app.example:8443"}}, "app.example:8443") == Initiator::own_page));
  BOOST_TEST((of({{"Origin", "http://app.example"}}, "app.example:80", "http") == Initiator::own_page));
  BOOST_TEST((of({}) == Initiator::unknown));
}

BOOST_AUTO_TEST_CASE(what_contradicts_itself_is_another_page) {
  BOOST_TEST((of({{"Origin", "null"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Origin", "http://app.example"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Origin", "https://app.example.evil.example"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Origin", "https://app.example:444"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://evil.example"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://app.example"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Site", "none"}}) == Initiator::other_page));
  BOOST_TEST((of({{"Sec-Fetch-Site", ""}}) == Initiator::other_page));
}

BOOST_AUTO_TEST_SUITE_END()
