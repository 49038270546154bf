#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "config/parser.hpp"

namespace sallyport::config {

// A configuration that needs nothing more.
inline const std::string kBase = "[ssl]\nserver-cert-file = /c\nserver-key-file = /k\n";

// What is said of a configuration, of a file "f".
inline std::vector<std::string> check(const std::string& text) {
  std::vector<std::string> out;
  for (const auto& diagnostic : parse(text, "f").diagnostics) out.push_back(diagnostic.to_string());
  return out;
}

inline void expect(const std::string& text, const std::vector<std::string>& expected) {
  BOOST_TEST(check(text) == expected, boost::test_tools::per_element());
}

}  // namespace sallyport::config
