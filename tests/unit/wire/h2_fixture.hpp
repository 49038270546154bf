#pragma once

#include "unit/http/h2_client.hpp"
#include "unit/wire/wire_fixture.hpp"
#include "wire/h2_connection.hpp"

namespace sallyport::wire {

// Answers each request with what `answer` has for its target: a body that is sent piece by piece, at the test's word.
class Service final : public H2Connection::Handler {
 public:
  struct Seen {
    std::string target;
    std::string body;
    Error body_error;
    Error send_error;
    std::size_t sent = 0;
    bool done = false;
  };
  std::vector<std::unique_ptr<Seen>> seen;
  std::size_t answer_bytes = 5;
  std::size_t piece_bytes = 16 * 1024;
  bool reads_body = true;
  async::Signal go;
  bool waits = false;

  async::Task<> serve(ServerStream& stream, http::RequestHead head, const http::Framing&) override {
    seen.push_back(std::make_unique<Seen>());
    Seen& mine = *seen.back();
    mine.target = head.target;
    Read read;
    if (reads_body) co_await read_whole(stream.body(), read, async::Deadline::never());
    mine.body = read.text;
    mine.body_error = read.error;
    while (waits) {
      const async::Outcome outcome = co_await go.wait(async::Deadline::never());
      if (outcome != async::Outcome::ready) co_return;
    }
    http::ResponseHead response;
    response.status = 200;
    const Result<> begun = stream.begin_response(response, http::Framing{http::Framing::Kind::chunked, 0});
    BOOST_TEST(begun.has_value());
    const std::string piece(piece_bytes, 'x');
    while (mine.sent < answer_bytes) {
      const std::size_t size = std::min(piece.size(), answer_bytes - mine.sent);
      const Result<> written = co_await stream.write(std::string_view(piece).substr(0, size), async::Deadline::never());
      if (!written) {
        mine.send_error = written.error();
        co_return;
      }
      mine.sent += size;
    }
    const Result<> finished = co_await stream.finish(async::Deadline::never());
    mine.done = finished.has_value();
  }

  async::Task<> refuse(ServerStream& stream, int status, std::string) override {
    http::ResponseHead response;
    response.status = status;
    const Result<> begun = stream.begin_response(response, http::Framing());
    BOOST_TEST(begun.has_value());
    co_await stream.finish(async::Deadline::never());
  }
};

inline async::Task<> run_it(H2Connection& connection, std::string& end) {
  std::string why = co_await connection.run();
  end = "ended: " + why;
}

struct H2Fixture : WireFixture {
  Service service;
  http::H2Limits limits;
  H2Connection::Timeouts timeouts;
  std::unique_ptr<H2Connection> connection;
  http::H2Client client;
  std::string end;

  H2Fixture() : WireFixture(1 << 20) {}
  ~H2Fixture() { tasks.cancel(), loop.run_ready(); }
  void begin() {
    connection = std::make_unique<H2Connection>(std::move(near), limits, timeouts, service);
    start(run_it(*connection, end));
  }
  void talk() {
    for (int round = 0; round < 100; ++round) {
      const std::string asked = client.output();
      if (!asked.empty()) say(asked);
      const std::string said = heard();
      client.receive(said);
      if (asked.empty() && said.empty()) break;
    }
  }
};

}  // namespace sallyport::wire
