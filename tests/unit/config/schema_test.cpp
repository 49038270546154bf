#include "config/schema.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "config/parser.hpp"

using namespace sallyport;
using namespace sallyport::config;

namespace {

// Converts to anything, so that an aggregate can be initialized from a number of them.
struct Anything {
  template <class T>
  operator T() const;
};

template <class T, std::size_t... Index>
constexpr bool takes(std::index_sequence<Index...>) {
  return requires {
    T{(static_cast<void>(Index), Anything{})...};
  };
}

// The number of members of an aggregate: as many as it takes initializers.
template <class T, std::size_t Count = 64>
constexpr std::size_t members() {
  if constexpr (takes<T>(std::make_index_sequence<Count>())) {
    return Count;
  } else {
    return members<T, Count - 1>();
  }
}

struct Probe {
  bool a;
  std::string b;
  std::vector<std::string> c;
  seconds d;
  AuthTransport e;
};
static_assert(members<Probe>() == 5);

// How many rows of the table lead into this part of the settings.
template <class Part>
std::size_t rows_into(const Settings& settings, const Part& part) {
  const auto* begin = reinterpret_cast<const char*>(&part);
  std::set<const void*> found;
  for (const auto& row : schema()) {
    const auto* at = static_cast<const char*>(row.field.address(settings));
    if (at >= begin && at < begin + sizeof part) found.insert(at);
  }
  return found.size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_schema)

BOOST_AUTO_TEST_CASE(every_member_of_the_settings_has_a_row) {
  const Settings settings = default_settings();
  std::size_t parts = 0;
  const auto check = [&](const auto& part, const char* name) {
    ++parts;
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(rows_into(settings, part) == members<std::remove_cvref_t<decltype(part)>>());
    }
  };
  check(settings.server, "server");
  check(settings.ssl, "ssl");
  check(settings.certificate, "certificate");
  check(settings.certificate_login, "certificate_login");
  check(settings.certificate_users, "certificate_users");
  check(settings.certificate_levels, "certificate_levels");
  check(settings.totp, "totp");
  check(settings.session, "session");
  check(settings.forms, "forms");
  check(settings.ba, "ba");
  check(settings.acnt_mgt, "acnt_mgt");
  check(settings.authentication_levels, "authentication_levels");
  check(settings.step_up, "step_up");
  check(settings.login_limits, "login_limits");
  check(settings.registry, "registry");
  check(settings.ldap, "ldap");
  check(settings.policy, "policy");
  check(settings.junction, "junction");
  check(settings.logging, "logging");
  check(settings.admin, "admin");
  const auto check_map = [&](const auto& map, const char* name) {
    ++parts;
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(rows_into(settings, map) == 1u);
    }
  };
  check_map(settings.interfaces, "interfaces");
  check_map(settings.ssl_sni, "ssl_sni");
  check_map(settings.accept_client_certs, "accept_client_certs");
  check_map(settings.level_lifetime, "level_lifetime");
  check_map(settings.http_method_perms, "http_method_perms");
  check_map(settings.header_names, "header_names");
  BOOST_TEST(parts == members<Settings>());
}

BOOST_AUTO_TEST_CASE(no_two_rows_share_a_name_or_a_member) {
  const Settings settings = default_settings();
  std::set<std::pair<std::string_view, std::string_view>> names;
  std::set<const void*> addresses;
  for (const auto& row : schema()) {
    BOOST_TEST_CONTEXT("[" << row.stanza << "] " << row.key) {
      BOOST_TEST(names.insert({row.stanza, row.key}).second);
      BOOST_TEST(addresses.insert(row.field.address(settings)).second);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_row_is_in_a_known_stanza_and_every_stanza_has_rows) {
  std::map<std::string_view, int> rows;
  for (const auto& stanza : stanzas()) {
    BOOST_TEST(stanza.summary.ends_with('.'));
    BOOST_TEST(rows.try_emplace(stanza.name, 0).second);
  }
  for (const auto& row : schema()) {
    BOOST_REQUIRE(rows.contains(row.stanza));
    ++rows[row.stanza];
    if (row.is_map()) BOOST_TEST(rows[row.stanza] == 1);
  }
  for (const auto& [name, count] : rows) BOOST_TEST(count > 0, name);
}

BOOST_AUTO_TEST_CASE(every_row_has_sentences) {
  for (const auto& row : schema()) {
    BOOST_TEST_CONTEXT("[" << row.stanza << "] " << row.key) {
      BOOST_TEST(well_formed(row));
      BOOST_TEST(row.summary.ends_with('.'));
      BOOST_TEST(row.summary.find(". ") == std::string_view::npos);  // one sentence
      BOOST_TEST((row.paragraph.empty() || row.paragraph.ends_with('.')));
    }
  }
}

// Writes every default and every example into a file of its own and reads it.
BOOST_AUTO_TEST_CASE(every_default_and_every_example_is_right_for_its_row) {
  for (const auto& row : schema()) {
    for (const auto text : {row.default_text, row.example}) {
      if (text.empty()) continue;
      std::string file = "[" + std::string(row.stanza) + "]\n";
      if (row.is_map()) {
        const bool has_key = text.find('=') != std::string_view::npos;
        const std::string key = row.stanza == "ssl-sni" || row.stanza == "accept-client-certs" ? "www.example.com" : "GET";
        file += has_key ? std::string(text) : key + " = " + std::string(text);
      } else {
        for (const std::string_view value : split(text, '\n')) {
          file += std::string(row.key) + " = " + std::string(value) + "\n";
        }
      }
      const auto parsed = parse(file, "t");
      for (const auto& diagnostic : parsed.diagnostics) {
        // What is missing for the rest of a configuration is not at issue here.
        BOOST_TEST(diagnostic.column == 0u, diagnostic.to_string() << " in " << file);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_row_with_the_wrong_type_for_its_member_is_not_well_formed) {
  SettingSpec row = *find_setting("server", "https-port");
  BOOST_TEST(well_formed(row));
  row.type = SettingType::text;
  BOOST_TEST(!well_formed(row));
  row = *find_setting("server", "https-port");
  row.summary = "No full stop";
  BOOST_TEST(!well_formed(row));
}

BOOST_AUTO_TEST_SUITE_END()
