#include "http/field_id.hpp"

#include <boost/test/unit_test.hpp>
#include <cctype>

#include "http/message.hpp"

using namespace sallyport::http;

BOOST_AUTO_TEST_SUITE(http_field_id)

BOOST_AUTO_TEST_CASE(every_known_name_has_its_own_number_in_any_case) {
  for (std::size_t i = 0; i < kFieldNames.size(); ++i) {
    const std::string_view name = kFieldNames[i];
    std::string upper(name);
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    BOOST_TEST(static_cast<std::size_t>(field_id(name)) == i, name);
    BOOST_TEST(static_cast<std::size_t>(field_id(upper)) == i, upper);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_differs_by_any_one_bit_but_case_is_another) {
  for (const std::string_view name : kFieldNames) {
    for (std::size_t at = 0; at < name.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string other(name);
        other[at] = static_cast<char>(static_cast<unsigned char>(other[at]) ^ (1u << bit));
        const bool is_same = std::isalpha(static_cast<unsigned char>(name[at])) != 0 && bit == 5;
        BOOST_TEST((field_id(other) == field_id(name)) == is_same, name << " with " << bit << " at " << at);
      }
    }
    BOOST_TEST((field_id(std::string(name) + "s") != field_id(name)));
    BOOST_TEST((field_id(name.substr(1)) != field_id(name)));
  }
  for (const char* const other : {"", "x", "t", "content_length", "content.length", "host ", "no-such-name"}) {
    BOOST_TEST((field_id(std::string_view(other)) == kOtherField), other);
  }
}

BOOST_AUTO_TEST_CASE(names_with_and_without_a_number_are_found_removed_and_counted) {
  Headers headers;
  headers.add("content-type", "a");
  headers.add("X-Mine", "b");
  headers.add(std::string_view("CONTENT-TYPE"), "c");
  headers.add(std::string("x-mine"), "d");
  BOOST_TEST(headers.find("Content-Type").value() == "a");
  BOOST_TEST(headers.find("x-MINE").value() == "b");
  BOOST_TEST(!headers.has("Content-Length"));
  BOOST_TEST(!headers.has("x-other"));
  BOOST_TEST(headers.count("x-mine") == 2u);
  BOOST_TEST(headers.remove("Content-Type") == 2u);
  BOOST_TEST(!headers.has("content-type"));
  BOOST_TEST(headers.size() == 2u);
  headers.set("X-Mine", "e");
  BOOST_TEST(headers.size() == 1u);
  BOOST_TEST(headers.find("x-mine").value() == "e");
}

BOOST_AUTO_TEST_CASE(only_what_a_parser_judged_is_taken_as_judged_and_stays_so_in_copies) {
  Headers headers;
  headers.add("Date", "x");
  headers.add(Field("Age", "1", true));
  const Headers copy = headers;
  BOOST_TEST(!copy[0].judged);
  BOOST_TEST(copy[1].judged);
  headers.set("Age", "2");
  BOOST_TEST(!headers[1].judged);
}

BOOST_AUTO_TEST_SUITE_END()
