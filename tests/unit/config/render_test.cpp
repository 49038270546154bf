#include "config/render.hpp"

#include <boost/test/unit_test.hpp>

#include "base/text.hpp"
#include "config/parser.hpp"
#include "config/schema.hpp"

using namespace sallyport;
using namespace sallyport::config;

BOOST_AUTO_TEST_SUITE(config_render)

BOOST_AUTO_TEST_CASE(every_setting_is_in_the_manual_and_in_the_sample) {
  const auto man = render_man();
  const auto sample = render_sample();
  const auto json = render_json_schema();
  for (const auto& row : schema()) {
    BOOST_TEST_CONTEXT(row.stanza << " " << row.key) {
      BOOST_TEST(man.find(std::string(row.key) + " No = ") != std::string::npos);
      BOOST_TEST((row.is_map() || sample.find("\n#" + std::string(row.key) + " =") != std::string::npos));
      BOOST_TEST((row.is_map() || json.find("\"" + std::string(row.key) + "\": {") != std::string::npos));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_sample_is_a_configuration_and_says_nothing_but_defaults) {
  const auto parsed = parse(render_sample(), "sample");
  BOOST_REQUIRE(parsed.diagnostics.size() == 1u);  // the certificate
  BOOST_TEST(parsed.diagnostics[0].message.starts_with("https needs a certificate"));
}

BOOST_AUTO_TEST_CASE(the_sample_without_its_comment_signs_is_a_configuration) {
  const auto sample = render_sample();
  std::string active;
  for (const auto line : split(sample, '\n')) {
    const bool setting = line.starts_with('#') && !line.starts_with("# ") && line.size() > 1;
    active += std::string(setting ? line.substr(1) : line) + "\n";
  }
  const auto parsed = parse(active, "sample");
  for (const auto& diagnostic : parsed.diagnostics) {
    // Map stanzas show one line of an example, which may need company.
    BOOST_TEST(diagnostic.column == 0u, diagnostic.to_string());
  }
}

BOOST_AUTO_TEST_CASE(the_manual_has_one_sentence_in_a_line_and_no_line_that_roff_would_obey_by_mistake) {
  const auto man = render_man();
  for (const auto line : split(man, '\n')) {
    if (line.starts_with('.')) {
      BOOST_TEST((line.starts_with(".It ") || line.starts_with(".Ss ") || line.starts_with(".Sh ") ||
                  line.starts_with(".Bl ") || line == ".El" || line.starts_with(".Ql ")),
                 line);
    } else {
      BOOST_TEST(line.find(". ") == std::string_view::npos, line);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
