#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "net/pipe_stream.hpp"
#include "unit/async/loop_fixture.hpp"
#include "wire/body.hpp"

namespace sallyport::wire {

// A connection in memory: `near` is for what is tested, `far` is the peer, played by the test.
struct WireFixture : async::LoopFixture {
  explicit WireFixture(std::size_t capacity = 65536) {
    auto ends = net::make_pipe(capacity);
    near = std::move(ends.first);
    far = std::move(ends.second);
  }

  std::unique_ptr<net::Stream> near;
  std::unique_ptr<net::Stream> far;
  async::TaskGroup tasks{context()};

  void start(async::Task<> task) {
    tasks.spawn(std::move(task));
    loop.run_ready();
  }
  // The peer sends; what does not fit into the pipe is an error of the test.
  void say(std::string_view bytes) {
    while (!bytes.empty()) {
      const net::Attempt attempt = far->try_write(bytes);
      BOOST_REQUIRE(attempt.kind == net::Attempt::Kind::done);
      bytes.remove_prefix(attempt.bytes);
    }
    loop.run_ready();
  }
  void hang_up() {
    far->shut_write();
    loop.run_ready();
  }
  // Everything that the peer has been sent by now.
  std::string heard() {
    std::string text;
    std::string buffer(4096, '\0');
    for (;;) {
      loop.run_ready();
      const net::Attempt attempt = far->try_read(buffer);
      if (attempt.kind != net::Attempt::Kind::done) return text;
      text.append(buffer, 0, attempt.bytes);
    }
  }
  bool peer_sees_end() {
    char byte = 0;
    return far->try_read(std::span<char>(&byte, 1)).kind == net::Attempt::Kind::end;
  }
  async::Deadline soon() { return loop.in(std::chrono::seconds(10)); }
};

// What came of reading a body.
struct Read {
  std::string text;
  std::size_t pieces = 0;
  bool ended = false;
  Error error;
};

inline async::Task<> read_whole(BodySource& body, Read& read, async::Deadline deadline) {
  for (;;) {
    const Result<std::string_view> piece = co_await body.next(deadline);
    if (!piece) {
      read.error = piece.error();
      read.ended = true;
      co_return;
    }
    if (piece->empty()) break;
    read.text += *piece;
    ++read.pieces;
  }
  read.ended = true;
}

}  // namespace sallyport::wire
