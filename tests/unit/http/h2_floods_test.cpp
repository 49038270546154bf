#include <boost/test/unit_test.hpp>

#include "h2_session_fixture.hpp"

using namespace sallyport;
using namespace sallyport::http;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(http_h2_floods, H2SessionFixture)

BOOST_AUTO_TEST_CASE(D1_a_reset_of_each_request_is_too_much_after_a_while) {
  limits.reset_burst = 50;
  restart();
  Result<> verdict;
  int rounds = 0;
  for (; verdict && rounds < 200; ++rounds) {
    const StreamId id = client.request(H2Client::get("/"));
    std::string said = client.output();
    nghttp2_submit_rst_stream(client.raw(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    said += client.output();
    verdict = server->receive(said, kNow);
  }
  BOOST_TEST(!verdict);
  BOOST_TEST((verdict.error().code == Errc::too_large));
  BOOST_TEST(rounds == 51);
  std::string said;
  BOOST_TEST(!server->output(said, SIZE_MAX));
  client.receive(said);
  BOOST_REQUIRE(client.goaways.size() == 1u);
  BOOST_TEST(client.goaways[0] == static_cast<std::uint32_t>(H2Error::enhance_your_calm));
}

BOOST_AUTO_TEST_CASE(D1_resets_that_the_client_makes_us_do_count_too) {
  limits.reset_burst = 50;
  restart();
  Result<> verdict;
  int rounds = 0;
  for (; verdict && rounds < 200; ++rounds) {
    client.request(with(H2Client::get("/"), "connection", "close"));
    verdict = exchange();
  }
  BOOST_TEST(!verdict);
  BOOST_TEST(rounds <= 52);
}

BOOST_AUTO_TEST_CASE(D1_a_reset_without_an_error_takes_a_request_back_and_counts) {
  const StreamId id = client.request(H2Client::get("/"));
  BOOST_REQUIRE(exchange());
  nghttp2_submit_rst_stream(client.raw(), NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  BOOST_REQUIRE(exchange());
  BOOST_TEST((journal.requests.at(id).error == H2Error::cancel));
  bool flooded = false;
  for (int i = 0; i < 300 && !flooded; ++i) {
    const StreamId other = client.request(H2Client::get("/"));
    std::string said = client.output();
    nghttp2_submit_rst_stream(client.raw(), NGHTTP2_FLAG_NONE, other, NGHTTP2_NO_ERROR);
    said += client.output();
    flooded = !server->receive(said, kNow);
  }
  BOOST_TEST(flooded);
}

BOOST_AUTO_TEST_CASE(resets_that_come_slowly_are_no_flood) {
  limits.reset_burst = 5;
  limits.resets_per_second = 1;
  restart();
  for (int i = 0; i < 100; ++i) {
    const StreamId id = client.request(H2Client::get("/"));
    std::string said = client.output();
    nghttp2_submit_rst_stream(client.raw(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    said += client.output();
    BOOST_REQUIRE(server->receive(said, kNow + i * 1s));
  }
}

BOOST_AUTO_TEST_CASE(D1_floods_of_frames_that_carry_nothing_end_the_connection) {
  const auto flood = [this](const std::string& frame) {
    H2Client fresh;
    H2Journal told;
    H2ServerSession session(limits, told);
    Result<> verdict = session.receive(fresh.output(), kNow);
    for (int i = 0; verdict && i < 3000; ++i) {
      verdict = session.receive(frame, kNow);
      std::string said;
      if (verdict) verdict = session.output(said, SIZE_MAX);
    }
    return verdict;
  };
  using namespace std::string_literals;
  BOOST_TEST(!flood("\0\0\x8\x6\0\0\0\0\0"s "12345678"s));                  // PING
  BOOST_TEST(!flood("\0\0\0\x4\0\0\0\0\0"s));                               // SETTINGS
  BOOST_TEST(!flood("\0\0\x4\x8\0\0\0\0\0\0\0\0\x1"s));                     // WINDOW_UPDATE
  BOOST_TEST(!flood("\0\0\x5\x2\0\0\0\0\x1\0\0\0\0\x1"s));                  // PRIORITY
  BOOST_TEST(!flood("\0\0\xa\x10\0\0\0\0\0\0\0\0\x1u=1, i"s));              // PRIORITY_UPDATE
  BOOST_TEST(!flood("\0\0\x1\x77\0\0\0\0\0x"s));                             // of no known type
}

BOOST_AUTO_TEST_CASE(D1_endless_continuations_end_the_connection) {
  using namespace std::string_literals;
  client.output();
  std::string said = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\x4\0\0\0\0\0"s;
  said += "\0\0\x1\x1\0\0\0\0\x1\x82"s;  // HEADERS without END_HEADERS
  for (int i = 0; i < 100; ++i) said += "\0\0\x1\x9\0\0\0\0\x1\x84"s;
  BOOST_TEST(!server->receive(said, kNow));
}

BOOST_AUTO_TEST_CASE(D1_data_that_is_padding_alone_is_a_flood_and_small_data_is_none) {
  using namespace std::string_literals;
  const auto flood = [this](const std::string& data) {
    H2Client fresh;
    H2Journal told;
    H2ServerSession session(limits, told);
    const std::string head = "\0\0\xe\x1\x4\0\0\0\x1"s + "\x83\x87\x84\x41\x9"s + "a.example";
    Result<> verdict = session.receive(fresh.output() + head, kNow);
    for (int i = 0; verdict && i < 3000; ++i) verdict = session.receive(data, kNow);
    return verdict;
  };
  BOOST_TEST(!flood("\0\0\0\0\0\0\0\0\x1"s));
  BOOST_TEST(!flood("\0\0\x3\0\x8\0\0\0\x1\x2\0\0"s));
  BOOST_TEST(flood("\0\0\x1\0\0\0\0\0\x1x"s).has_value());
}

// One that has a field for each byte, by the table that the first one filled.
std::string growing_head(std::size_t fields) {
  using namespace std::string_literals;
  std::string block = "\x82\x87\x84\x41\x9"s "a.example" "\x40\x1x\x7f\xb9\x16" + std::string(3000, 'a');
  block += std::string(fields, '\xbe');
  std::string frame = "\0\0\0\x1\x5\0\0\0\x1"s;
  frame[1] = static_cast<char>(block.size() >> 8);
  frame[2] = static_cast<char>(block.size() & 255);
  return frame + block;
}

BOOST_AUTO_TEST_CASE(D1_a_head_that_grows_when_it_is_unpacked_is_refused) {
  BOOST_REQUIRE(server->receive(client.output() + growing_head(30), kNow));
  BOOST_TEST(journal.requests.at(1).refused == 431);
}

BOOST_AUTO_TEST_CASE(D1_a_head_that_grows_without_end_ends_the_connection) {
  const Result<> verdict = server->receive(client.output() + growing_head(5000), kNow);
  BOOST_REQUIRE(!verdict);
  BOOST_TEST((verdict.error().code == Errc::too_large));
}

BOOST_AUTO_TEST_SUITE_END()
