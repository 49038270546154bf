#include "pki/crl_files.hpp"

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "unit/pki/pki_fixture.hpp"

using namespace sallyport;
using namespace sallyport::pki;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  TestAuthority authority;
  std::string path = "/tmp/sallyport-crl-files-test-" + std::to_string(getpid()) + ".crl";
  TimePoint now{1h};

  ~Fixture() { std::remove(path.c_str()); }
  // A new file each time, so that it differs whatever the clock of the file system says.
  void write(const std::string& bytes) const {
    std::ofstream(path + ".new", std::ios::binary) << bytes;
    BOOST_REQUIRE(std::rename((path + ".new").c_str(), path.c_str()) == 0);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pki_crl_files, Fixture)

BOOST_AUTO_TEST_CASE(a_file_that_changes_is_read_again) {
  write(authority.crl());
  const auto files = CrlFiles::open({path}, 100000).value();
  BOOST_TEST(files->lists().front().crl->size() == 0u);
  BOOST_TEST(files->look_again(now).empty());
  write(authority.crl({authority.issue("bad")}));
  // Not more than once a second.
  BOOST_TEST(files->look_again(now + 100ms).empty());
  const auto changes = files->look_again(now + 2s);
  BOOST_TEST(changes.size() == 1u);
  BOOST_TEST(files->lists().front().crl->size() == 1u);
}

BOOST_AUTO_TEST_CASE(E7_a_file_that_breaks_leaves_what_it_said) {
  write(authority.crl({authority.issue("bad")}));
  const auto files = CrlFiles::open({path}, 100000).value();
  write("half a li");
  const auto changes = files->look_again(now);
  BOOST_REQUIRE(changes.size() == 1u);
  BOOST_TEST(changes.front().find("what it said before stays") != std::string::npos);
  BOOST_TEST(files->lists().front().crl->size() == 1u);
  // Said once.
  BOOST_TEST(files->look_again(now + 2s).empty());
  std::remove(path.c_str());
  BOOST_TEST(files->look_again(now + 4s).size() == 1u);
  BOOST_TEST(files->lists().size() == 1u);
}

BOOST_AUTO_TEST_CASE(errors_name_the_file) {
  const auto missing = CrlFiles::open({path}, 100000);
  BOOST_TEST((missing.error().code == Errc::not_found));
  BOOST_TEST(missing.error().detail.find(path) != std::string::npos);
  write(authority.crl());
  BOOST_TEST((CrlFiles::open({path}, 100).error().code == Errc::too_large));
}

BOOST_AUTO_TEST_SUITE_END()
