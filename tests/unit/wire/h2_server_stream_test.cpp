#include "unit/wire/h2_fixture.hpp"

using namespace sallyport;
using namespace sallyport::wire;
using http::H2Client;
using http::StreamId;

namespace {

// Does with each request what its target says.
struct Deeds final : H2Connection::Handler {
  int served = 0;
  bool required = false;

  async::Task<> serve(ServerStream& stream, http::RequestHead head, const http::Framing&) override {
    ++served;
    if (head.target == "/http_1_1") {
      required = stream.require_http_1_1();
      co_return;
    }
    if (head.target == "/last") stream.close_connection_after();
    http::ResponseHead response;
    response.status = 200;
    const Result<> begun = stream.begin_response(response, http::Framing{http::Framing::Kind::chunked, 0});
    BOOST_TEST(begun.has_value());
    const std::string text(100000, 'x');
    const Result<> written = co_await stream.write(text, async::Deadline::never());
    if (written) co_await stream.finish(async::Deadline::never());
  }
  async::Task<> refuse(ServerStream&, int, std::string) override { co_return; }
};

struct Streams : H2Fixture {
  Deeds deeds;
  Streams() {
    connection = std::make_unique<H2Connection>(std::move(near), limits, timeouts, deeds);
    start(run_it(*connection, end));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_h2_server_stream, Streams)

BOOST_AUTO_TEST_CASE(the_last_request_and_those_beside_it_are_answered_whole_and_then_the_connection_ends) {
  const StreamId before = client.request(H2Client::get("/before"));
  const StreamId last = client.request(H2Client::get("/last"));
  const StreamId after = client.request(H2Client::get("/after"));
  talk();
  for (const StreamId id : {before, last, after}) {
    BOOST_TEST(client.seen.at(id).body.size() == 100000u);
    BOOST_TEST(client.seen.at(id).error == 0u);
  }
  BOOST_TEST(client.goaways == (std::vector<std::uint32_t>{0, 0}), boost::test_tools::per_element());
  BOOST_TEST(client.last_stream_of_goaway == after);
  BOOST_TEST(peer_sees_end());
}

BOOST_AUTO_TEST_CASE(http_1_1_is_required_of_one_request_and_others_go_on) {
  const StreamId id = client.request(H2Client::get("/http_1_1"));
  const StreamId other = client.request(H2Client::get("/other"));
  talk();
  BOOST_TEST(deeds.required);
  BOOST_TEST(client.seen.at(id).closed);
  BOOST_TEST(client.seen.at(id).error == static_cast<std::uint32_t>(http::H2Error::http_1_1_required));
  BOOST_TEST(client.seen.at(other).body.size() == 100000u);
  BOOST_TEST(end.empty());
}

BOOST_AUTO_TEST_SUITE_END()

// Answers that nobody takes: what waits of them all is bounded, and others get through.
BOOST_FIXTURE_TEST_CASE(D1_wire_h2_answers_without_window_are_kept_in_a_bounded_buffer, H2Fixture) {
  limits.max_concurrent_streams = 200;
  service.answer_bytes = 10 << 20;
  service.piece_bytes = 32 * 1024;
  begin();
  const nghttp2_settings_entry none[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0}};
  nghttp2_submit_settings(client.raw(), NGHTTP2_FLAG_NONE, none, 1);
  talk();
  for (int i = 0; i < 150; ++i) client.request(H2Client::get("/stalled"));
  talk();
  BOOST_REQUIRE(service.seen.size() == 150u);
  // A piece that is not taken whole is still with whoever gave it.
  std::size_t kept = 0;
  for (const auto& seen : service.seen) kept += seen->sent;
  BOOST_TEST(kept <= 512u * 1024);
  BOOST_TEST(connection->unsent() <= 512u * 1024 + 150u * 4096);
  BOOST_TEST(connection->unsent() >= 512u * 1024);
  // The one that is taken is not held up by the others.
  service.answer_bytes = 1 << 20;
  const StreamId taken = client.request(H2Client::get("/taken"));
  talk();
  nghttp2_submit_window_update(client.raw(), NGHTTP2_FLAG_NONE, taken, 2 << 20);
  for (int round = 0; round < 10; ++round) talk();
  BOOST_TEST(client.seen.at(taken).body.size() == 1u << 20);
  BOOST_TEST(client.seen.at(taken).closed);
}
