#include "server/used_codes_file.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>

#include "server/files.hpp"

using namespace sallyport;
using namespace sallyport::server;

namespace {

constexpr std::uint64_t kPresent = 1000;

struct Directory {
  std::string path = std::filesystem::temp_directory_path() / "sallyport-XXXXXX";
  std::string file;
  async::WorkerPool pool{1, 10};

  Directory() {
    BOOST_REQUIRE(mkdtemp(path.data()) != nullptr);
    file = path + "/used";
  }
  ~Directory() { std::filesystem::remove_all(path); }

  UsedCodesFile open(std::size_t max_lines = 10000) { return UsedCodesFile(file, pool, max_lines); }
  // After a start in this step: would the code be taken?
  bool takes(const std::string& user, std::uint64_t step, std::uint64_t present = kPresent) {
    inbound::TotpMemory memory;
    const crypto::TotpRules rules;
    const WallTime now = WallTime(std::chrono::seconds(present * rules.period));
    BOOST_REQUIRE(open().load(memory, now, rules).has_value());
    return memory.use(user, step, present, rules.window);
  }
  std::string text() const { return read_file(file, 1 << 20).value(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server_used_codes_file, Directory)

BOOST_AUTO_TEST_CASE(what_was_used_before_a_restart_is_used) {
  BOOST_TEST(takes("alice", kPresent));
  BOOST_REQUIRE(open().write("alice", kPresent).has_value());
  BOOST_REQUIRE(open().write("bob the builder", kPresent + 1).has_value());
  BOOST_TEST(!takes("alice", kPresent));
  BOOST_TEST(!takes("alice", kPresent - 1));
  BOOST_TEST(takes("alice", kPresent + 1));
  BOOST_TEST(!takes("bob the builder", kPresent + 1));
  BOOST_TEST(!takes("bob the builder", kPresent + 1, kPresent + 2));
  BOOST_TEST(takes("carol", kPresent));
}

BOOST_AUTO_TEST_CASE(nobody_else_reads_who_was_there) {
  BOOST_REQUIRE(open().write("alice", kPresent).has_value());
  const auto mode = std::filesystem::status(file).permissions() & std::filesystem::perms::all;
  BOOST_TEST((mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(a_line_that_was_cut_spoils_none_before_or_after_it) {
  for (const char* cut : {"", "1", "1000", "1000 ", "1000 ali", "x y\n", "\n", "1000\n"}) {
    BOOST_REQUIRE(write_file(file, "1000 alice\n" + std::string(cut), 0600).has_value());
    BOOST_TEST(!takes("alice", kPresent), cut);
    BOOST_REQUIRE(open().write("bob", kPresent).has_value());
    BOOST_TEST(!takes("alice", kPresent), cut);
    BOOST_TEST(!takes("bob", kPresent), cut);
    BOOST_TEST(takes("ali", kPresent), cut);
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_could_not_be_written_whole_spoils_none_after_it) {
  UsedCodesFile used = open();
  BOOST_REQUIRE(used.write("alice", kPresent).has_value());
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  BOOST_TEST(!used.write("bob", kPresent).has_value());
  std::filesystem::remove(file);
  // As it is after a disk was full.
  BOOST_REQUIRE(write_file(file, "1000 alice\n1000 b", 0600).has_value());
  BOOST_REQUIRE(used.write("carol", kPresent).has_value());
  BOOST_TEST(!takes("alice", kPresent));
  BOOST_TEST(!takes("carol", kPresent));
}

BOOST_AUTO_TEST_CASE(the_file_grows_no_further_than_its_lines) {
  UsedCodesFile used = open(10);
  for (std::uint64_t step = kPresent; step < kPresent + 100; ++step) {
    BOOST_REQUIRE(used.write("user" + std::to_string(step), step).has_value());
    BOOST_TEST(!takes("user" + std::to_string(step), step, step));
    BOOST_TEST(text().size() < 15 * sizeof("1000 user1000"));
  }
  BOOST_TEST(!takes("user1098", kPresent + 98, kPresent + 99));
}

BOOST_AUTO_TEST_CASE(what_a_wrong_clock_has_written_keeps_nobody_out) {
  BOOST_REQUIRE(open().write("alice", kPresent + 5000).has_value());
  BOOST_TEST(takes("alice", kPresent));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_or_written_is_an_error) {
  std::filesystem::create_directory(file);
  inbound::TotpMemory memory;
  BOOST_TEST(!open().load(memory, WallTime(), crypto::TotpRules()).has_value());
  BOOST_TEST(!open().write("alice", kPresent).has_value());
}

BOOST_AUTO_TEST_CASE(it_is_beside_the_policy_unless_a_place_is_named) {
  config::Settings settings{};
  settings.policy.policy_db = "/var/lib/sallyport/policy.xml";
  BOOST_TEST(used_codes_path(settings) == "/var/lib/sallyport/totp-used-codes");
  settings.totp.used_codes_file = "/elsewhere/used";
  BOOST_TEST(used_codes_path(settings) == "/elsewhere/used");
}

BOOST_AUTO_TEST_SUITE_END()
