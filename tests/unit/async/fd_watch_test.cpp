#include "async/fd_watch.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

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

namespace {

struct Told final : Ready {
  int times = 0;
  void run() override { ++times; }
};

struct Pair {
  int ours = -1;
  int theirs = -1;
  Pair() {
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    BOOST_REQUIRE(bind(listening, reinterpret_cast<sockaddr*>(&address), length) == 0);
    BOOST_REQUIRE(listen(listening, 1) == 0);
    BOOST_REQUIRE(getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    theirs = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BOOST_REQUIRE(connect(theirs, reinterpret_cast<sockaddr*>(&address), length) == 0);
    ours = accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    BOOST_REQUIRE(ours >= 0);
    close(listening);
  }
  ~Pair() {
    close(ours);
    hang_up();
  }
  void hang_up() {
    if (theirs >= 0) close(std::exchange(theirs, -1));
  }
  void reset() {
    const linger at_once{1, 0};
    setsockopt(theirs, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hang_up();
  }
};

void settle(EventLoop& loop, const Told& told) {
  for (int i = 0; i < 10'000 && told.times == 0; ++i) loop.turn(false);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_peer_that_hangs_up_is_told_of_behind_what_it_sent) {
  Pair pair;
  FdWatch watch(loop, pair.ours);
  Told told;
  BOOST_TEST(watch.tell_when_finished(&told));
  BOOST_REQUIRE(send(pair.theirs, "pipelined", 9, 0) == 9);
  for (int i = 0; i < 100; ++i) loop.turn(false);
  BOOST_TEST(told.times == 0);  // bytes are no departure
  pair.hang_up();
  settle(loop, told);
  BOOST_TEST(told.times == 1);
  BOOST_TEST(!watch.tell_when_finished(&told));  // known from now on
  BOOST_TEST(watch.may_be_readable());           // what it sent is still to be read
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_is_told_of) {
  Pair pair;
  FdWatch watch(loop, pair.ours);
  Told told;
  BOOST_TEST(watch.tell_when_finished(&told));
  pair.reset();
  settle(loop, told);
  BOOST_TEST(told.times == 1);
}

BOOST_AUTO_TEST_CASE(a_listener_that_was_taken_back_hears_nothing) {
  Pair pair;
  FdWatch watch(loop, pair.ours);
  Told told;
  watch.tell_when_finished(&told);
  watch.tell_when_finished(nullptr);
  pair.hang_up();
  for (int i = 0; i < 1000; ++i) loop.turn(false);
  BOOST_TEST(told.times == 0);
}

BOOST_AUTO_TEST_SUITE_END()
