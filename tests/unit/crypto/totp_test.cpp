#include "crypto/totp.hpp"

#include <boost/test/unit_test.hpp>

using namespace sallyport;
using namespace sallyport::crypto;

namespace {

const Secret kKey("12345678901234567890");
const Secret kLongKey("12345678901234567890123456789012");

WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

TotpRules eight(TotpHash hash) {
  return {hash, 8, 30, 1};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_totp)

BOOST_AUTO_TEST_CASE(the_counters_of_rfc_4226_appendix_d_give_its_codes) {
  const char* const kCodes[] = {"755224", "287082", "359152", "969429", "338314",
                                "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t i = 0; i < 10; ++i) BOOST_TEST(hotp(TotpHash::sha1, kKey, i, 6) == kCodes[i]);
}

BOOST_AUTO_TEST_CASE(the_times_of_rfc_6238_appendix_b_give_its_codes) {
  struct Row {
    std::int64_t time;
    const char* sha1;
    const char* sha256;
  };
  const Row kRows[] = {{59, "94287082", "46119246"},         {1111111109, "07081804", "68084774"},
                       {1111111111, "14050471", "67062674"}, {1234567890, "89005924", "91819424"},
                       {2000000000, "69279037", "90698825"}, {20000000000, "65353130", "77737706"}};
  for (const Row& row : kRows) {
    for (const auto& [hash, key, code] : {std::tuple(TotpHash::sha1, &kKey, row.sha1),
                                          std::tuple(TotpHash::sha256, &kLongKey, row.sha256)}) {
      const auto rules = eight(hash);
      BOOST_TEST(hotp(hash, *key, totp_step(at(row.time), rules), 8) == code);
      BOOST_TEST(match_totp(*key, code, at(row.time), rules).value() == static_cast<std::uint64_t>(row.time / 30));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_code_is_taken_one_step_early_or_late_and_no_more) {
  const TotpRules rules;
  const std::string code = hotp(TotpHash::sha1, kKey, 100, 6);
  for (const std::int64_t time : {99 * 30, 100 * 30, 100 * 30 + 29, 101 * 30 + 29}) {
    BOOST_TEST(match_totp(kKey, code, at(time), rules).value() == 100u);
  }
  BOOST_TEST(!match_totp(kKey, code, at(99 * 30 - 1), rules).has_value());
  BOOST_TEST(!match_totp(kKey, code, at(102 * 30), rules).has_value());
  TotpRules strict;
  strict.window = 0;
  BOOST_TEST(!match_totp(kKey, code, at(101 * 30), strict).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_code_matches_nothing) {
  const TotpRules rules;
  const std::string code = hotp(TotpHash::sha1, kKey, 1, 6);
  for (const std::string& wrong : {std::string(), code.substr(1), code + "0", " " + code.substr(1), "x" + code.substr(1)}) {
    BOOST_TEST(!match_totp(kKey, wrong, at(30), rules).has_value());
  }
  BOOST_TEST(!match_totp(Secret(), hotp(TotpHash::sha1, Secret(), 1, 6), at(30), rules).has_value());
  // The first step there is has none before it.
  BOOST_TEST(match_totp(kKey, hotp(TotpHash::sha1, kKey, 0, 6), at(0), rules).value() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
