#include "log/line_sink.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace sallyport;
using namespace sallyport::log;

namespace {

struct Fixture {
  std::filesystem::path dir = std::filesystem::temp_directory_path() / ("line_sink_" + std::to_string(getpid()));
  Fixture() { std::filesystem::create_directory(dir); }
  ~Fixture() { std::filesystem::remove_all(dir); }

  static std::string content(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_line_sink, Fixture)

BOOST_AUTO_TEST_CASE(after_a_rotation_new_lines_go_to_the_new_file) {
  const auto file = dir / "a.log";
  const auto sink = LineSink::open(file, LineSink::WhenFull::drop, std::chrono::seconds(1)).value();
  sink->write("one");
  sink->flush();
  std::filesystem::rename(file, dir / "a.log.1");
  sink->write("two");
  BOOST_TEST(sink->reopen().has_value());
  sink->write("three");
  sink->flush();
  BOOST_TEST(content(dir / "a.log.1") == "one\ntwo\n");
  BOOST_TEST(content(file) == "three\n");
}

BOOST_AUTO_TEST_CASE(the_destructor_writes_what_is_left) {
  const auto file = dir / "b.log";
  LineSink::open(file, LineSink::WhenFull::wait, std::chrono::hours(1)).value()->write("last words");
  BOOST_TEST(content(file) == "last words\n");
  const auto others = std::filesystem::status(file).permissions() & std::filesystem::perms::others_all;
  BOOST_TEST((others == std::filesystem::perms::none));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_named) {
  const auto sink = LineSink::open(dir / "no" / "such.log", LineSink::WhenFull::drop, std::chrono::seconds(1));
  BOOST_REQUIRE(!sink);
  BOOST_TEST(sink.error().detail.find("such.log") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
