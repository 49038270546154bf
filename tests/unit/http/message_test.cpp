#include "http/message.hpp"

#include <boost/test/unit_test.hpp>

#include "judge_request.hpp"

using namespace sallyport::http;

BOOST_AUTO_TEST_SUITE(http_message)

BOOST_AUTO_TEST_CASE(look_ups_ignore_case_and_keep_the_order) {
  Headers headers;
  headers.add("A", "1");
  headers.add("b", "2");
  headers.add("a", "3");
  BOOST_TEST(headers.find("a").value() == "1");
  BOOST_TEST(headers.count("A") == 2u);
  BOOST_TEST(headers.remove("a") == 2u);
  BOOST_TEST(to_text(headers) == "b: 2\n");
  headers.set("B", "4");
  BOOST_TEST(to_text(headers) == "B: 4\n");
}

BOOST_AUTO_TEST_CASE(a_field_may_be_added_from_views_into_the_same_headers) {
  Headers headers;
  headers.add("Name", std::string(40, 'v'));
  for (int i = 0; i < 10; ++i) headers.add(headers[0].name, headers[0].value);
  headers.set(headers[3].name, headers[5].value);
  BOOST_TEST(to_text(headers) == "Name: " + std::string(40, 'v') + "\n");
}

BOOST_AUTO_TEST_CASE(lines_are_those_of_the_fields_that_are_left_whatever_they_were_made_of) {
  Headers headers;
  for (const std::string_view name : {"A", "Bb", "Ccc", "Dddd", "Eeeee"}) headers.add(name, name);
  headers.add("Empty", "");
  headers.remove("Bb");
  headers.remove("Eeeee");
  headers.set("A", headers[1].value);  // of "Ccc"
  std::string out = "before ";
  headers.append_lines(out);
  BOOST_TEST(out == "before Ccc: Ccc\r\nDddd: Dddd\r\nEmpty: \r\nA: Ccc\r\n");
  Headers others;
  for (const Field field : headers) others.add(field);
  std::string again;
  others.append_lines(again);
  BOOST_TEST("before " + again == out);
  BOOST_TEST(to_text(others) == to_text(headers));
}

BOOST_AUTO_TEST_CASE(the_values_of_a_name_come_in_their_order) {
  Headers headers;
  for (const char* const value : {"1", "2", "3"}) {
    headers.add("Accept", value);
    headers.add("X-Mine", value);
    headers.add("x-MINE-too", value);
  }
  const auto joined = [&](FieldName name) {
    std::string out;
    for (const std::string_view value : headers.values(name)) out += value;
    return out;
  };
  BOOST_TEST(joined("accept") == "123");
  BOOST_TEST(joined("x-mine") == "123");
  BOOST_TEST(joined("X-Mine-Too") == "123");
  BOOST_TEST(joined("x-other") == "");
  BOOST_TEST(joined("age") == "");
  headers.remove("Accept");
  BOOST_TEST(joined("accept") == "");
}

BOOST_AUTO_TEST_CASE(lines_that_were_judged_elsewhere_are_added_as_they_are) {
  Headers headers;
  headers.add("Before", "x");
  const std::string text = "Age: 1\r\nX-Long: " + std::string(3000, 'l') + "\r\nEmpty: \r\n";
  const std::vector<Headers::Line> lines = {
      {3, 1, field_id("age")}, {6, 3000, kOtherField}, {5, 0, kOtherField}};
  headers.add_lines(text, lines);
  headers.add("After", "y");
  BOOST_TEST(headers.size() == 5u);
  BOOST_TEST(headers.find("Age").value() == "1");
  BOOST_TEST(headers.find("x-long").value() == std::string(3000, 'l'));
  BOOST_TEST(headers.find("empty").value() == "");
  BOOST_TEST(headers.next_unjudged(0) == 0u);
  BOOST_TEST(headers.next_unjudged(1) == 4u);
  BOOST_TEST(headers.next_unjudged(5) == 5u);
  std::string out;
  headers.append_lines(out);
  BOOST_TEST(out == "Before: x\r\n" + text + "After: y\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
