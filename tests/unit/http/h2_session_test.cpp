#include "http/h2_session.hpp"

#include <boost/test/unit_test.hpp>

#include "h2_session_fixture.hpp"
#include "judge_request.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

FieldList replaced(FieldList fields, const std::string& name, const std::string& value) {
  for (auto& field : fields) {
    if (field.first == name) field.second = value;
  }
  return fields;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_h2_session, H2SessionFixture)

BOOST_AUTO_TEST_CASE(a_request_comes_as_one_of_http_1_would) {
  auto fields = with(with(with(H2Client::get("/a?b"), "cookie", "a=1"), "accept", "*/*"), "cookie", "b=2");
  const StreamId id = client.request(fields);
  BOOST_REQUIRE(exchange());
  const auto& request = journal.requests.at(id);
  BOOST_TEST(request.head.method == "GET");
  BOOST_TEST(request.head.target == "/a?b");
  BOOST_TEST((request.head.version == Version::http_2));
  BOOST_TEST(to_text(request.head.headers) == "Host: a.example\naccept: */*\ncookie: a=1; b=2\n");
  BOOST_TEST((request.framing.kind == Framing::Kind::none));
}

BOOST_AUTO_TEST_CASE(an_answer_goes_back_in_lower_case_without_fields_of_a_connection) {
  const StreamId id = client.request(H2Client::get("/"));
  BOOST_REQUIRE(exchange());
  respond(id, "hello");
  BOOST_REQUIRE(exchange());
  const auto& response = client.seen.at(id);
  BOOST_TEST(response.field(":status") == "200");
  BOOST_TEST(response.field("content-type") == "text/plain");
  BOOST_TEST(response.field("connection") == "");
  BOOST_TEST(response.body == "hello");
  BOOST_TEST(response.closed);
  BOOST_TEST(response.error == 0u);
  BOOST_TEST(journal.requests.at(id).closed);
  BOOST_TEST(server->stream_count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_session_that_has_rested_goes_on) {
  for (int i = 0; i < 3; ++i) {
    const StreamId id = client.request(H2Client::get("/"));
    server->rest();
    BOOST_REQUIRE(exchange());
    server->rest();  // with a stream that is open: does nothing
    respond(id, "hello");
    server->rest();
    BOOST_REQUIRE(exchange());
    server->rest();
    BOOST_TEST(client.seen.at(id).body == "hello");
    BOOST_TEST(client.seen.at(id).field("content-type") == "text/plain");
  }
}

BOOST_AUTO_TEST_CASE(interim_responses_come_first) {
  const std::string body = "x";
  const StreamId id = client.request(H2Client::get("/"), &body);
  BOOST_REQUIRE(exchange());
  ResponseHead go_on;
  go_on.status = 100;
  BOOST_REQUIRE(server->respond_interim(id, go_on));
  respond(id, "");
  BOOST_REQUIRE(exchange());
  BOOST_TEST(client.seen.at(id).interim == std::vector<std::string>{"100"}, boost::test_tools::per_element());
  BOOST_TEST(client.seen.at(id).field(":status") == "200");
}

BOOST_AUTO_TEST_CASE(a_body_comes_no_further_than_the_window_until_it_is_consumed) {
  limits.stream_window = 1000;
  restart();
  BOOST_REQUIRE(exchange());  // the client knows of it
  const std::string body(5000, 'b');
  const StreamId id = client.request(with(H2Client::get("/"), "content-length", "5000"), &body);
  BOOST_REQUIRE(exchange());
  const auto& request = journal.requests.at(id);
  BOOST_TEST((request.framing == Framing{Framing::Kind::length, 5000}));
  BOOST_TEST(request.body.size() == 1000u);
  BOOST_TEST(!request.ended);
  for (std::size_t seen = 0; seen < request.body.size();) {
    const std::size_t fresh = request.body.size() - seen;
    seen = request.body.size();
    server->consumed(id, fresh);
    BOOST_REQUIRE(exchange());
  }
  BOOST_TEST(request.body == body);
  BOOST_TEST(request.ended);
}

BOOST_AUTO_TEST_CASE(what_the_client_gives_no_window_for_is_kept_and_counted) {
  H2Client stingy(false);
  const StreamId id = stingy.request(H2Client::get("/"));
  BOOST_REQUIRE(server->receive(stingy.output(), kNow));
  respond(id, std::string(100000, 'x'));
  std::string said;
  BOOST_REQUIRE(server->output(said, SIZE_MAX));
  stingy.receive(said);
  BOOST_TEST(stingy.seen.at(id).body.size() == 65535u);
  BOOST_TEST(server->unsent(id) == 100000u - 65535u);
  BOOST_TEST(!server->has_output());
}

BOOST_AUTO_TEST_CASE(output_stops_when_there_is_enough) {
  const StreamId id = client.request(H2Client::get("/"));
  BOOST_REQUIRE(exchange());
  respond(id, std::string(60000, 'x'));
  std::string said;
  BOOST_REQUIRE(server->output(said, 1000));
  BOOST_TEST(said.size() < 20000u);
  BOOST_TEST(server->has_output());
  client.receive(said);
  BOOST_REQUIRE(exchange());
  BOOST_TEST(client.seen.at(id).body.size() == 60000u);
}

BOOST_AUTO_TEST_CASE(C6_malformed_requests_are_stream_errors_and_nobody_hears_of_them) {
  const FieldList get = H2Client::get("/");
  const std::vector<FieldList> bad = {
      with(get, "transfer-encoding", "chunked"),
      with(get, "connection", "close"),
      with(get, "keep-alive", "1"),
      with(get, "upgrade", "websocket"),
      with(get, "proxy-connection", "keep-alive"),
      with(get, "te", "gzip"),
      with(get, "X-Upper", "1"),
      with(get, "x", "a\r\nb: c"),
      with(get, "x", std::string("a\0b", 3)),
      with(get, "x", " a"),
      with(get, "a b", "1"),
      with(get, "", "1"),
      with(get, ":path", "/again"),
      with(get, ":late", "1"),
      with(with(get, "x", "1"), ":authority", "late.example"),
      with(get, "host", "other.example"),
      with(with(get, "host", "a.example"), "host", "a.example"),
      with(get, "content-length", "5"),
      with(with(get, "content-length", "0"), "content-length", "0"),
      with(get, "content-length", "+0"),
      replaced(get, ":path", "/a b"),
      replaced(get, ":path", "/a\r\nx"),
      replaced(get, ":path", "/a#b"),
      replaced(get, ":path", "a"),
      replaced(get, ":path", "http://a.example/"),
      replaced(get, ":path", ""),
      replaced(get, ":path", "*"),
      replaced(get, ":method", "GE T"),
      replaced(get, ":method", ""),
      replaced(get, ":scheme", "http"),
      replaced(get, ":scheme", "ftp"),
      replaced(get, ":authority", "user@a.example"),
      replaced(get, ":authority", "a.example/x"),
      replaced(get, ":authority", ""),
      {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}},
      {{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}},
      {{":method", "GET"}, {":path", "/"}, {":authority", "a.example"}},
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const StreamId id = client.request(bad[i]);
    BOOST_TEST_CONTEXT("case " << i) {
      BOOST_REQUIRE(exchange());
      BOOST_TEST(client.seen[id].closed);
      BOOST_TEST(client.seen[id].error == static_cast<std::uint32_t>(H2Error::protocol_error));
      BOOST_TEST(!journal.requests.contains(id));
    }
  }
  const StreamId id = client.request(get);
  BOOST_REQUIRE(exchange());
  BOOST_TEST(journal.requests.contains(id));
}

BOOST_AUTO_TEST_CASE(C6_a_body_of_another_length_than_announced_breaks_the_stream) {
  const std::string body(10, 'b');
  const StreamId longer = client.request(with(H2Client::get("/"), "content-length", "5"), &body);
  const StreamId shorter = client.request(with(H2Client::get("/"), "content-length", "50"), &body);
  BOOST_REQUIRE(exchange());
  for (const StreamId id : {longer, shorter}) {
    BOOST_TEST((journal.requests.at(id).error == H2Error::protocol_error));
    BOOST_TEST(!journal.requests.at(id).ended);
  }
}

BOOST_AUTO_TEST_CASE(what_is_too_long_or_unknown_is_answered) {
  limits.head.max_start_line = 100;
  limits.head.max_head = 1000;
  limits.head.max_field_count = 5;
  restart();
  const StreamId target = client.request(H2Client::get("/" + std::string(200, 'a')));
  const StreamId field = client.request(with(H2Client::get("/"), "x", std::string(2000, 'a')));
  FieldList many = H2Client::get("/");
  for (int i = 0; i < 6; ++i) many = with(many, "x", "1");
  const StreamId count = client.request(many);
  const StreamId method = client.request(replaced(H2Client::get("/"), ":method", std::string(50, 'M')));
  const StreamId tunnel = client.request({{":method", "CONNECT"}, {":authority", "a.example:443"}});
  BOOST_REQUIRE(exchange());
  BOOST_TEST(journal.requests.at(target).refused == 414);
  BOOST_TEST(journal.requests.at(field).refused == 431);
  BOOST_TEST(journal.requests.at(count).refused == 431);
  BOOST_TEST(journal.requests.at(method).refused == 501);
  BOOST_TEST(journal.requests.at(tunnel).refused == 501);
}

BOOST_AUTO_TEST_CASE(B5_trailers_of_a_request_go_no_further) {
  // END_STREAM comes with the trailers, not with the data.
  struct Reader {
    static ssize_t read(nghttp2_session* session, std::int32_t stream, std::uint8_t* into, std::size_t,
                        std::uint32_t* flags, nghttp2_data_source*, void*) {
      *into = 'x';
      *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
      std::uint8_t name[] = "iv-user";
      std::uint8_t value[] = "admin";
      const nghttp2_nv trailer{name, value, 7, 5, NGHTTP2_NV_FLAG_NONE};
      nghttp2_submit_trailer(session, stream, &trailer, 1);
      return 1;
    }
  };
  H2Client other;
  nghttp2_data_provider provider{};
  provider.read_callback = Reader::read;
  std::vector<nghttp2_nv> list;
  const FieldList get = H2Client::get("/");
  for (const auto& [name, value] : get) {
    list.push_back(nghttp2_nv{reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                              reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                              value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  const StreamId trailed = nghttp2_submit_request(other.raw(), nullptr, list.data(), list.size(), &provider, nullptr);
  H2Journal told;
  H2ServerSession session(limits, told);
  BOOST_REQUIRE(session.receive(other.output(), kNow));
  BOOST_TEST(told.requests.at(trailed).body == "x");
  BOOST_TEST(told.requests.at(trailed).ended);
  BOOST_TEST(to_text(told.requests.at(trailed).head.headers) == "Host: a.example\n");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_2_is_refused) {
  const Result<> verdict = server->receive("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", kNow);
  BOOST_TEST(!verdict);
  BOOST_TEST((verdict.error().code == Errc::malformed));
}

BOOST_AUTO_TEST_CASE(a_shutdown_says_which_request_was_the_last) {
  const StreamId first = client.request(H2Client::get("/1"));
  BOOST_REQUIRE(exchange());
  server->shut_down();
  BOOST_REQUIRE(exchange());
  BOOST_TEST(client.last_stream_of_goaway == first);
  BOOST_TEST(client.goaways.back() == 0u);
  BOOST_TEST(!server->is_over());
  respond(first, "done");
  BOOST_REQUIRE(exchange());
  BOOST_TEST(client.seen.at(first).body == "done");
  BOOST_TEST(server->is_over());
}

BOOST_AUTO_TEST_CASE(an_announced_shutdown_serves_what_is_on_its_way_and_tells_when_it_was_heard) {
  const StreamId first = client.request(H2Client::get("/1"));
  BOOST_REQUIRE(exchange());
  server->announce_shut_down();
  std::string said;
  BOOST_REQUIRE(server->output(said, SIZE_MAX));
  const StreamId late = client.request(H2Client::get("/2"));
  BOOST_REQUIRE(server->receive(client.output(), kNow));
  BOOST_TEST(journal.requests.contains(late));
  BOOST_TEST(!journal.shut_down_heard);
  client.receive(said);
  BOOST_TEST(client.last_stream_of_goaway == INT32_MAX);
  BOOST_REQUIRE(server->receive(client.output(), kNow));
  BOOST_TEST(journal.shut_down_heard);
  server->shut_down();
  respond(first, "1");
  respond(late, "2");
  BOOST_REQUIRE(exchange());
  BOOST_TEST(client.last_stream_of_goaway == late);
  BOOST_TEST(client.seen.at(late).body == "2");
  BOOST_TEST(server->is_over());
}

BOOST_AUTO_TEST_CASE(what_waits_is_counted_until_it_is_sent_or_its_stream_has_gone) {
  H2Client stingy(false);
  const StreamId one = stingy.request(H2Client::get("/"));
  const StreamId two = stingy.request(H2Client::get("/"));
  BOOST_REQUIRE(server->receive(stingy.output(), kNow));
  respond(one, std::string(50000, 'x'));
  respond(two, std::string(50000, 'x'));
  BOOST_TEST(server->unsent_of_all() == 100000u);
  std::string said;
  BOOST_REQUIRE(server->output(said, SIZE_MAX));
  BOOST_TEST(server->unsent_of_all() == 100000u - 65535u);
  server->reset(one, H2Error::cancel);
  server->reset(two, H2Error::cancel);
  BOOST_REQUIRE(server->output(said, SIZE_MAX));
  BOOST_TEST(server->unsent_of_all() == 0u);
}

BOOST_AUTO_TEST_CASE(an_answer_before_the_body_is_whole_and_then_the_client_is_told_to_stop) {
  limits.stream_window = 1000;
  restart();
  BOOST_REQUIRE(exchange());
  const std::string body(5000, 'b');
  const StreamId id = client.request(H2Client::get("/"), &body);
  BOOST_REQUIRE(exchange());
  respond(id, "no");
  server->stop_after_answer(id);
  BOOST_REQUIRE(exchange());
  BOOST_TEST(client.seen.at(id).body == "no");
  BOOST_TEST(client.seen.at(id).closed);
  BOOST_TEST(client.seen.at(id).error == 0u);
}

BOOST_AUTO_TEST_CASE(a_stream_that_we_break_off_says_why_and_counts_for_nothing) {
  limits.reset_burst = 1;
  restart();
  for (int i = 0; i < 10; ++i) {
    const StreamId id = client.request(H2Client::get("/"));
    BOOST_REQUIRE(exchange());
    server->reset(id, H2Error::http_1_1_required);
    BOOST_REQUIRE(exchange());
    BOOST_TEST(client.seen.at(id).error == static_cast<std::uint32_t>(H2Error::http_1_1_required));
  }
}

BOOST_AUTO_TEST_SUITE_END()
