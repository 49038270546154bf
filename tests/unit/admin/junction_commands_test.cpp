#include "admin/junction_commands.hpp"

#include <boost/test/unit_test.hpp>

#include "admin/grammar.hpp"
#include "junction/table.hpp"

using namespace sallyport;
using namespace sallyport::admin;
using junction::Junction;

namespace {

struct Administration {
  std::vector<Junction> junctions;
  JunctionFacts facts;
  char next = 'a';

  Administration() {
    facts.server_name = "default-webseald-www.example";
    facts.now = 1795305600;
    facts.random_bytes = [this] { return std::string(16, next++); };
  }

  CommandOutput run(std::string_view line) {
    const std::vector<Junction> before = junctions;
    CommandOutput output = run_junction_command(tokenize(line).value(), junctions, facts);
    BOOST_TEST((output.changed || junctions == before));
    BOOST_TEST(junction::JunctionTable::make(junctions).has_value());
    BOOST_TEST((output.exit_code == kDone) == output.err.empty());
    return output;
  }
  std::string out(std::string_view line) {
    const auto output = run(line);
    BOOST_TEST(output.exit_code == kDone, line << ": " << output.err);
    return output.out;
  }
  std::string err(std::string_view line) {
    const auto output = run(line);
    BOOST_TEST(output.exit_code != kDone, line);
    BOOST_TEST(!output.changed);
    BOOST_TEST(output.err.starts_with("Error: "), output.err);
    BOOST_TEST(std::count(output.err.begin(), output.err.end(), '\n') == 1);
    return output.err;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_junction_commands)

BOOST_AUTO_TEST_CASE(a_junction_is_created_shown_and_deleted) {
  Administration admin;
  BOOST_TEST(admin.out("server task default-webseald-www.example create -t tcp -h b.example -c iv_user /app") ==
             "Created junction at /app\n");
  BOOST_TEST(admin.junctions.size() == 1u);
  BOOST_TEST(admin.junctions[0].servers[0].uuid == "61616161-6161-4161-a161-616161616161");
  BOOST_TEST(admin.out("junction list") == "/app\n");
  BOOST_TEST(admin.out("server task DEFAULT-webseald-www.example list") == "/app\n");
  BOOST_TEST(admin.out("junction show /app").starts_with("    Junction point: /app\n"));
  BOOST_TEST(admin.err("junction create -t tcp -h c /app") ==
             "Error: there is a junction at /app already; -f replaces it\n");
  BOOST_TEST(admin.out("junction create -t tcp -h c -f /app") == "Created junction at /app\n");
  BOOST_TEST(admin.junctions[0].servers[0].host == "c");
  BOOST_TEST(admin.out("junction delete /app") == "Deleted junction at /app\n");
  BOOST_TEST(admin.junctions.empty());
  BOOST_TEST(admin.err("junction delete /app") == "Error: there is no junction at /app\n");
  BOOST_TEST(admin.err("junction show /app") == "Error: there is no junction at /app\n");
}

BOOST_AUTO_TEST_CASE(servers_are_added_and_removed) {
  Administration admin;
  admin.out("junction create -t ssl -h b1 /app");
  BOOST_TEST(admin.out("junction add -h b2 -y 3 /app") ==
             "Added server 62626262-6262-4262-a262-626262626262 to junction at /app\n");
  BOOST_TEST(admin.junctions[0].servers[1].port == 443);
  BOOST_TEST(
      admin.err("junction add -h b2 /app").starts_with("Error: b2 port 443 is a server of this junction already"));
  BOOST_TEST(admin.err("junction add -h b3 /other") == "Error: there is no junction at /other\n");
  BOOST_TEST(admin.err("junction remove /app").starts_with("Error: -i <uuid> is missing"));
  BOOST_TEST(admin.err("junction remove -i 1 /app") == "Error: this junction has no server 1\n");
  BOOST_TEST(admin.out("junction remove -i 61616161-6161-4161-A161-616161616161 /app") ==
             "Removed server 61616161-6161-4161-a161-616161616161 from junction at /app\n");
  BOOST_TEST(admin.err("junction remove -i 62626262-6262-4262-a262-626262626262 /app").find("last server") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(states_are_kept_with_the_junction) {
  Administration admin;
  admin.out("junction create -t tcp -h b1 /app");
  admin.out("junction add -h b2 /app");
  BOOST_TEST(admin.run("junction offline -i 62626262-6262-4262-a262-626262626262 /app").changed);
  BOOST_TEST((admin.junctions[0].servers[0].state == junction::OperationalState::online));
  BOOST_TEST((admin.junctions[0].servers[1].state == junction::OperationalState::offline));
  BOOST_TEST(admin.junctions[0].servers[0].state_since == 0);
  BOOST_TEST(admin.junctions[0].servers[1].state_since == 1795305600);
  admin.out("junction throttle /app");
  BOOST_TEST((admin.junctions[0].servers[0].state == junction::OperationalState::throttled));
  admin.out("junction online /app");
  BOOST_TEST((admin.junctions[0].servers[1].state == junction::OperationalState::online));
}

BOOST_AUTO_TEST_CASE(virtual_host_junctions_have_their_own_names) {
  Administration admin;
  BOOST_TEST(
      admin.out("server task default-webseald-www.example virtualhost create -t tcp -h b -v shop.example shop") ==
      "Created virtual host junction shop\n");
  BOOST_TEST(admin.out("junction list") == "");
  BOOST_TEST(admin.out("junction virtualhost list") == "shop\n");
  BOOST_TEST(admin.out("junction virtualhost show shop").starts_with("    Virtual Host Junction label: shop\n"));
  BOOST_TEST(admin.err("junction show shop") == "Error: there is no junction at shop\n");
  BOOST_TEST(
      admin.err("junction virtualhost create -t tcp -h b -v shop.example other").find("belongs to junction shop") !=
      std::string::npos);
  BOOST_TEST(admin.out("junction virtualhost add -h b2 shop").starts_with("Added server "));
  BOOST_TEST(admin.out("junction virtualhost delete shop") == "Deleted virtual host junction shop\n");
}

// attack case A15
BOOST_AUTO_TEST_CASE(A15_two_ways_to_one_server_are_warned_of) {
  Administration admin;
  admin.out("junction create -t tcp -h b /app");
  const auto output = admin.run("junction create -t tcp -h b /other");
  BOOST_TEST(output.changed);
  BOOST_TEST(
      output.out ==
      "Created junction at /other\nWarning: junctions /app and /other lead to the same server, b port 80: policy on "
      "one of them does not protect what the other one shows\n");
  BOOST_TEST(admin.out("junction create -t tcp -h b -p 81 /third") == "Created junction at /third\n");
  BOOST_TEST(shared_server_warnings(admin.junctions).size() == 1u);
}

BOOST_AUTO_TEST_CASE(mistakes_are_explained) {
  Administration admin;
  BOOST_TEST(admin.err("junction create -t tcp -h b /pkmsx").find("/pkms* belongs to the proxy itself") !=
             std::string::npos);
  BOOST_TEST(admin.err("junction create -t tcp -h b -s /app").find("-s is not supported") != std::string::npos);
  BOOST_TEST(admin.err("server task other create -t tcp -h b /app") ==
             "Error: there is no server other; this one is called default-webseald-www.example\n");
  BOOST_TEST(admin.run("junction").exit_code == kMisused);
  BOOST_TEST(admin.run("junction frobnicate /app").exit_code == kMisused);
  BOOST_TEST(admin.run("junction virtualhost").exit_code == kMisused);
  BOOST_TEST(admin.run("server task default-webseald-www.example").exit_code == kMisused);
  BOOST_TEST(admin.err("junction show").find("one mount point is expected") != std::string::npos);
  BOOST_TEST(admin.err("junction throttle -x /app").find("\"-x\" is not expected here") != std::string::npos);
  BOOST_TEST(admin.out("server list") == "    default-webseald-www.example\n");
}

BOOST_AUTO_TEST_SUITE_END()
