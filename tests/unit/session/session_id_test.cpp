#include "session/session_id.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport::session;

BOOST_AUTO_TEST_SUITE(session_session_id)

// attack case F16
BOOST_AUTO_TEST_CASE(F16_an_id_is_32_random_bytes_in_one_spelling) {
  const std::string bytes(32, '\xfe');
  const auto id = SessionId::from_bytes(bytes).value();
  BOOST_TEST(id.text().size() == SessionId::kTextLength);
  BOOST_TEST(id.bytes() == bytes);
  BOOST_TEST((SessionId::parse(id.text()).value() == id));
  BOOST_TEST(!SessionId::from_bytes(std::string(31, 'x')));
  BOOST_TEST(!SessionId::from_bytes(std::string(33, 'x')));
  std::string other = id.text();
  other.back() = other.back() == '9' ? '8' : '9';  // bits that no byte has
  BOOST_TEST(!SessionId::parse(other));
  BOOST_TEST(!SessionId::parse(id.text() + "="));
  BOOST_TEST(!SessionId::parse(""));
  BOOST_TEST(!SessionId::parse(std::string(43, '+')));
}

BOOST_AUTO_TEST_CASE(ids_differ_by_any_bit) {
  const auto zero = SessionId::from_bytes(std::string(32, '\0')).value();
  for (std::size_t bit = 0; bit < 256; ++bit) {
    std::string bytes(32, '\0');
    bytes[bit / 8] = static_cast<char>(1 << bit % 8);
    BOOST_TEST(!(SessionId::from_bytes(bytes).value() == zero));
  }
}

BOOST_AUTO_TEST_SUITE_END()
