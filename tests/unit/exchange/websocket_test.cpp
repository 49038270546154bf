#include "exchange/websocket.hpp"

#include <boost/test/unit_test.hpp>

#include "base/encoding.hpp"

using namespace sallyport;

BOOST_AUTO_TEST_SUITE(exchange_websocket)

// RFC 6455 section 1.3.
BOOST_AUTO_TEST_CASE(the_proof_is_that_of_the_standard) {
  BOOST_TEST(exchange::websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

BOOST_AUTO_TEST_CASE(keys_are_sixteen_bytes_and_each_is_another) {
  const std::string key = exchange::new_websocket_key();
  BOOST_TEST(base64_decoded(key).value().size() == 16u);
  BOOST_TEST(key != exchange::new_websocket_key());
}

BOOST_AUTO_TEST_SUITE_END()
