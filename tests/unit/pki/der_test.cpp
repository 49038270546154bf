#include "pki/der.hpp"

#include <boost/test/unit_test.hpp>

#include "base/encoding.hpp"

using namespace sallyport;
using namespace sallyport::pki;

namespace {

std::string bytes(std::string_view hex) { return hex_decoded(hex).value(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(pki_der)

BOOST_AUTO_TEST_CASE(elements_come_one_after_the_other) {
  const std::string text = bytes("020101" "0400" "0101ff");
  der::Reader reader(text);
  BOOST_TEST(reader.expect(der::kInteger)->content == "\x01");
  BOOST_TEST(!reader.next_if(der::kBoolean));
  BOOST_TEST(reader.next()->content.empty());
  BOOST_TEST(der::boolean(reader.next()->content).value());
  BOOST_TEST(!reader.next());
  BOOST_TEST(reader.at_end());
  BOOST_TEST(!reader.failed());
}

BOOST_AUTO_TEST_CASE(what_is_no_der_ends_it) {
  for (const char* const bad : {"02", "0202", "020201", "3080", "028101", "02820001", "0285000000000101", "1f0100", "028400ffffff"}) {
    const std::string text = bytes(bad);
    der::Reader reader(text);
    BOOST_TEST(!reader.next(), bad);
    BOOST_TEST(reader.failed(), bad);
  }
}

BOOST_AUTO_TEST_CASE(lengths_of_several_bytes_are_read) {
  const std::string text = bytes("048180") + std::string(128, 'x');
  BOOST_TEST(der::only(text, der::kOctetString)->content.size() == 128u);
  BOOST_TEST(!der::only(text + "x", der::kOctetString));
  BOOST_TEST(!der::only(text, der::kSequence));
}

BOOST_AUTO_TEST_CASE(object_identifiers_become_text) {
  BOOST_TEST(der::oid_text(bytes("2b0601040182371402" "03")).value() == "1.3.6.1.4.1.311.20.2.3");
  BOOST_TEST(der::oid_text(bytes("551d11")).value() == "2.5.29.17");
  BOOST_TEST(der::oid_text(bytes("883703")).value() == "2.999.3");
  for (const char* const bad : {"", "80", "5580", "558011", "55ffffffffffffffffffff7f"}) {
    BOOST_TEST(!der::oid_text(bytes(bad)), bad);
  }
}

BOOST_AUTO_TEST_CASE(times_have_seconds_and_are_in_utc) {
  const auto at = [](std::uint8_t tag, std::string_view text) { return der::time(der::Value{tag, text, {}}); };
  using namespace std::chrono;
  const WallTime expected = sys_days(year(2026) / 11 / 22) + hours(14) + minutes(3) + seconds(9);
  BOOST_TEST((at(der::kUtcTime, "261122140309Z") == expected));
  BOOST_TEST((at(der::kGeneralizedTime, "20261122140309Z") == expected));
  BOOST_TEST((at(der::kUtcTime, "500101000000Z") == WallTime(sys_days(year(1950) / 1 / 1))));
  for (const char* const bad : {"2611221403Z", "261122140309", "261122140309+0000", "261322140309Z", "260230140309Z",
                                "261122240309Z", "2611221403 9Z"}) {
    BOOST_TEST(!at(der::kUtcTime, bad), bad);
  }
  BOOST_TEST(!at(der::kGeneralizedTime, "20261122140309.5Z"));
  BOOST_TEST(!at(der::kOctetString, "261122140309Z"));
}

BOOST_AUTO_TEST_CASE(numbers_are_not_negative) {
  BOOST_TEST(der::unsigned_integer(bytes("00ff")).value() == "\xff");
  BOOST_TEST(der::unsigned_integer(bytes("00")).value() == std::string_view("\0", 1));
  BOOST_TEST(!der::unsigned_integer(bytes("ff")));
  BOOST_TEST(!der::unsigned_integer(""));
}

BOOST_AUTO_TEST_SUITE_END()
