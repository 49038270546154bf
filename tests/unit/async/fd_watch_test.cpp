#include "async/fd_watch.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "async/loop_fixture.hpp"

using namespace sallyport;
using namespace sallyport::async;
using namespace std::chrono_literals;

namespace {

Task<> read_all(FdWatch& watch, int fd, Deadline deadline, std::string& got, Outcome& last) {
  for (;;) {
    char buffer[16];
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n == 0) co_return;
    if (n > 0) {
      got.append(buffer, static_cast<std::size_t>(n));
      continue;
    }
    watch.not_readable();
    last = co_await watch.readable(deadline);
    if (last != Outcome::ready) co_return;
  }
}

struct Fixture : LoopFixture {
  int ends[2];
  Fixture() { BOOST_REQUIRE(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0); }
  ~Fixture() {
    close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(async_fd_watch, Fixture)

BOOST_AUTO_TEST_CASE(what_posts_itself_for_ever_does_not_starve_the_descriptors) {
  struct Busy final : Ready {
    EventLoop& home;
    int rounds = 0;
    explicit Busy(EventLoop& l) : home(l) {}
    void run() override {
      ++rounds;
      home.post(*this);
    }
  } busy(loop);
  FdWatch watch(loop, ends[0]);
  TaskGroup group(context());
  std::string got;
  Outcome last{};
  group.spawn(read_all(watch, ends[0], Deadline::never(), got, last));
  loop.post(busy);
  BOOST_REQUIRE(write(ends[1], "x", 1) == 1);
  loop.turn(false);
  BOOST_TEST(busy.rounds > 1);
  loop.turn(false);
  BOOST_TEST(got == "x");
}

BOOST_AUTO_TEST_CASE(each_arrival_is_an_edge_and_none_is_lost) {
  FdWatch watch(loop, ends[0]);
  TaskGroup group(context());
  std::string got;
  Outcome last{};
  group.spawn(read_all(watch, ends[0], Deadline::never(), got, last));
  for (const char* piece : {"one ", "two ", "three"}) {
    BOOST_REQUIRE(write(ends[1], piece, std::string(piece).size()) > 0);
    loop.run_ready();
  }
  BOOST_TEST(got == "one two three");
  close(ends[1]);
  ends[1] = -1;
  loop.run_ready();
  BOOST_TEST(group.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_silent_peer_meets_the_deadline) {
  FdWatch watch(loop, ends[0]);
  TaskGroup group(context());
  std::string got;
  Outcome last{};
  group.spawn(read_all(watch, ends[0], loop.in(20ms), got, last));
  loop.run_ready();
  advance(20ms);
  BOOST_TEST((last == Outcome::timeout));
}

// A FIN that arrives together with data makes no edge of its own.
BOOST_AUTO_TEST_CASE(an_end_that_came_with_the_last_bytes_is_seen) {
  int pair[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
  FdWatch watch(loop, pair[0]);
  loop.run_ready();
  char buffer[16];
  BOOST_REQUIRE(read(pair[0], buffer, sizeof buffer) < 0);
  watch.not_readable();
  BOOST_REQUIRE(write(pair[1], "last", 4) == 4);
  close(pair[1]);
  loop.run_ready();
  BOOST_TEST(read(pair[0], buffer, sizeof buffer) == 4);
  watch.read_was_short();
  watch.write_succeeded();
  BOOST_TEST(watch.may_be_readable());
  close(pair[0]);
}

BOOST_AUTO_TEST_CASE(a_short_read_and_a_write_mean_that_nothing_is_left) {
  FdWatch watch(loop, ends[0]);
  loop.run_ready();
  watch.read_was_short();
  BOOST_TEST(watch.may_be_readable());  // the connection may have broken in the same moment
  watch.write_succeeded();
  BOOST_TEST(!watch.may_be_readable());
  BOOST_REQUIRE(write(ends[1], "x", 1) == 1);
  loop.run_ready();
  BOOST_TEST(watch.may_be_readable());
}

BOOST_AUTO_TEST_SUITE_END()
