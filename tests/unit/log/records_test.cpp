#include "log/records.hpp"

#include <boost/test/unit_test.hpp>

#include "base/text.hpp"

using namespace sallyport;
using namespace sallyport::log;

namespace {

RequestRecord sample() {
  RequestRecord record;
  record.time = WallTime(std::chrono::milliseconds(1'770'000'000'123));
  record.client_address = "127.0.0.1";
  record.user = "alice";
  record.method = "GET";
  record.target = "/app/";
  record.protocol = "HTTP/1.1";
  record.status = 200;
  record.response_bytes = 1024;
  record.user_agent = "curl/7.88.1";
  return record;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_records)

BOOST_AUTO_TEST_CASE(a_combined_line_is_what_log_analysers_expect) {
  BOOST_TEST(format_ncsa(sample(), true, true) ==
             "127.0.0.1 - alice [02/Feb/2026:02:40:00 +0000] \"GET /app/ HTTP/1.1\" 200 1024 \"-\" \"curl/7.88.1\"");
}

BOOST_AUTO_TEST_CASE(G7_whatever_a_client_sends_stays_one_line_with_the_same_number_of_fields) {
  auto record = sample();
  record.user = "a b\n";
  record.target = "/\r\n\"x\" \x1b[2J";
  record.user_agent = "a\" 200 1 \"b";
  const std::string line = format_ncsa(record, true, true);
  for (const char c : line) BOOST_TEST(!is_control(c));
  BOOST_TEST(std::count(line.begin(), line.end(), '"') == 6);
  BOOST_TEST(line.find("a\\x20b\\x0a") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(G7_json_lines_escape_what_json_must_and_replace_what_is_no_utf8) {
  auto record = sample();
  record.target = "/a longer way\"\\\n\x7f\xff\xc3\xa9\xc2\x9b\xe2\x82\xac\xe2\x82";
  const std::string line = format_json(record);
  BOOST_TEST(line.find("\"target\":\"/a longer way\\\"\\\\\\u000a\\u007f\xef\xbf\xbd\xc3\xa9\\u009b\xe2\x82\xac"
                       "\xef\xbf\xbd\xef\xbf\xbd\"") != std::string::npos);
  BOOST_TEST(line.find("referer") == std::string::npos);
  BOOST_TEST(line.starts_with("{\"time\":\"2026-02-02T02:40:00.123Z\","));
}

BOOST_AUTO_TEST_CASE(a_time_is_right_in_every_year_that_a_certificate_can_name) {
  BOOST_TEST(log::format_utc(WallTime(std::chrono::milliseconds(1))) == "1970-01-01T00:00:00.001Z");
  BOOST_TEST(log::format_utc(WallTime(std::chrono::milliseconds(-1))) == "1969-12-31T23:59:59.999Z");
  const auto end_of_time = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + std::chrono::seconds(86399);
  BOOST_TEST(log::format_utc(end_of_time) == "9999-12-31T23:59:59.000Z");
  BOOST_TEST(log::format_utc(std::chrono::sys_days(std::chrono::year(0) / 1 / 1)) == "0000-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(an_audit_line_names_the_outcome_and_its_reason) {
  AuditRecord record;
  record.event = "authn";
  record.action = "login";
  record.outcome = log::Outcome::failure;
  record.reason = "bad-password";
  record.user = "alice";
  const std::string line = format_json(record);
  BOOST_TEST(line.find("\"outcome\":\"failure\",\"reason\":\"bad-password\",\"user\":\"alice\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
