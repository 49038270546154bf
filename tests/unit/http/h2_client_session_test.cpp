#include "http/h2_client_session.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/http/h2_server.hpp"

using namespace sallyport;
using namespace sallyport::http;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// Writes down what a client session says of its server.
struct Journal final : H2ClientSession::Events {
  struct Answer {
    std::vector<ResponseHead> heads;
    std::string body;
    Headers trailers;
    bool ended = false;
    int closed = 0;
    H2Ending ending;
  };
  std::map<StreamId, Answer> answers;

  void on_head(StreamId id, ResponseHead head, bool ended) override {
    answers[id].heads.push_back(std::move(head));
    answers[id].ended = ended;
  }
  void on_body(StreamId id, std::string_view piece) override { answers[id].body += piece; }
  void on_body_end(StreamId id, Headers trailers) override {
    answers[id].trailers = std::move(trailers);
    answers[id].ended = true;
  }
  void on_sent(StreamId) override {}
  void on_closed(StreamId id, H2Ending ending) override {
    ++answers[id].closed;
    answers[id].ending = std::move(ending);
  }
};

struct Pair {
  explicit Pair(const std::vector<nghttp2_settings_entry>& settings = {}, bool grants_windows = true)
      : server(settings, grants_windows) {
    limits.head.max_head = 1000;
    limits.head.max_field_count = 10;
    limits.stream_window = 100'000;
    session = std::make_unique<H2ClientSession>(limits, journal);
    talk();
  }
  // Until neither has anything to say.
  void talk() {
    for (;;) {
      std::string out;
      if (!session->output(out, 1 << 20)) failed = true;
      const std::string back = server.output();
      if (out.empty() && back.empty()) return;
      server.receive(out);
      if (!session->receive(back, now)) failed = true;
    }
  }
  void say(const std::string& bytes) {
    if (!session->receive(bytes, now)) failed = true;
    talk();
  }
  StreamId get(bool has_body = false) {
    H2RequestLine line{"GET", "https", "a.example", "/x?y", {}};
    Headers headers;
    headers.add("Host", "other.example");
    headers.add("X-Mixed", "Value");
    headers.add("Connection", "close");
    const Result<StreamId> id = session->request(line, headers, has_body);
    BOOST_REQUIRE(id.has_value());
    talk();
    return *id;
  }
  Journal::Answer& of(StreamId id) { return journal.answers[id]; }

  H2Limits limits;
  Journal journal;
  H2Server server;
  std::unique_ptr<H2ClientSession> session;
  TimePoint now{1h};
  bool failed = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(http_h2_client_session, Pair)

BOOST_AUTO_TEST_CASE(a_request_is_written_with_names_in_lower_case_and_without_what_belongs_to_http_1) {
  const StreamId id = get();
  const FieldList expected = {
      {":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "/x?y"}, {"x-mixed", "Value"}};
  BOOST_CHECK(server.seen[id].fields == expected);
  BOOST_TEST(server.seen[id].ended);
}

BOOST_AUTO_TEST_CASE(an_answer_arrives_with_interim_heads_and_trailers) {
  const StreamId id = get();
  server.head(id, {{":status", "103"}, {"link", "</a>"}});
  server.head(id, {{":status", "200"}, {"x-a", "1"}});
  server.data(id, "body", false);
  talk();
  server.head(id, {{"x-sum", "7"}}, true);
  talk();
  BOOST_REQUIRE(of(id).heads.size() == 2u);
  BOOST_TEST(of(id).heads[0].status == 103);
  BOOST_TEST(of(id).heads[1].status == 200);
  BOOST_TEST(*of(id).heads[1].headers.find("x-a") == "1");
  BOOST_TEST(of(id).body == "body");
  BOOST_TEST(*of(id).trailers.find("x-sum") == "7");
  BOOST_TEST(of(id).ended);
  BOOST_TEST(of(id).closed == 1);
  BOOST_CHECK(of(id).ending.error == H2Error::no_error);
}

BOOST_AUTO_TEST_CASE(a_body_goes_out_within_the_windows_with_its_trailers) {
  const StreamId id = get(true);
  const std::string body(300'000, 'b');
  session->send(id, body);
  Headers trailers;
  trailers.add("X-Sum", "7");
  session->add_trailers(id, trailers);
  session->end_body(id);
  talk();
  BOOST_TEST(server.seen[id].body.size() == body.size());
  BOOST_CHECK(server.seen[id].trailers == (FieldList{{"x-sum", "7"}}));
  BOOST_TEST(server.seen[id].ended);
  BOOST_TEST(session->unsent(id) == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_taken_of_a_body_lets_more_come_and_no_stream_holds_up_another) {
  const StreamId slow = get();
  server.answer(slow, std::string(500'000, 's'));
  talk();
  BOOST_TEST(of(slow).body.size() == limits.stream_window);
  for (int i = 0; i < 20; ++i) {  // more than the connection's window
    const StreamId id = get();
    server.answer(id, std::string(90'000, 'f'));
    talk();
    BOOST_TEST(of(id).ended);
  }
  session->consumed(slow, 100'000);
  talk();
  BOOST_TEST(of(slow).body.size() == 2 * limits.stream_window);
}

BOOST_AUTO_TEST_CASE(goaway_says_which_requests_nobody_acted_on) {
  const StreamId first = get();
  const StreamId second = get();
  nghttp2_submit_goaway(server.raw(), NGHTTP2_FLAG_NONE, first, NGHTTP2_NO_ERROR, nullptr, 0);
  talk();
  BOOST_TEST(of(first).closed == 0);
  BOOST_TEST(of(second).closed == 1);
  BOOST_TEST(of(second).ending.unheard);
  BOOST_TEST(!session->takes_requests());
  const Result<StreamId> third = session->request({"GET", "https", "a", "/", {}}, Headers(), false);
  BOOST_REQUIRE(!third.has_value());
  BOOST_CHECK(third.error().code == Errc::unavailable);
  server.answer(first);
  talk();
  BOOST_TEST(of(first).body == "ok");
}

BOOST_AUTO_TEST_CASE(a_reset_says_whether_somebody_acted_on_the_request) {
  for (const auto& [error, unheard] : {std::pair(NGHTTP2_REFUSED_STREAM, true), std::pair(NGHTTP2_CANCEL, false)}) {
    const StreamId id = get();
    nghttp2_submit_rst_stream(server.raw(), NGHTTP2_FLAG_NONE, id, error);
    talk();
    BOOST_TEST(of(id).closed == 1);
    BOOST_TEST(of(id).ending.by_peer);
    BOOST_TEST(of(id).ending.unheard == unheard);
  }
  // Who has answered has acted.
  const StreamId id = get();
  server.head(id, {{":status", "200"}});
  talk();
  nghttp2_submit_rst_stream(server.raw(), NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
  talk();
  BOOST_TEST(!of(id).ending.unheard);
}

BOOST_AUTO_TEST_CASE(our_own_reset_is_told_to_the_server_only) {
  const StreamId id = get();
  session->reset(id, H2Error::cancel);
  talk();
  BOOST_TEST(server.seen[id].error == static_cast<std::uint32_t>(H2Error::cancel));
  BOOST_TEST(of(id).closed == 0);
  BOOST_TEST(session->stream_count() == 0u);
  session->send(id, "late");
  session->consumed(id, 10);
  BOOST_TEST(!failed);
}

BOOST_AUTO_TEST_CASE(C6_heads_that_are_none_end_their_stream_only) {
  const FieldList bad[] = {
      {{"x-a", "1"}},
      {{":status", "101"}},
      {{":status", "20"}},
      {{":status", "600"}},
      {{":status", "200"}, {":status", "200"}},
      {{":status", "200"}, {":path", "/"}},
      {{":status", "200"}, {"X-Upper", "1"}},
      {{":status", "200"}, {"connection", "close"}},
      {{":status", "200"}, {"transfer-encoding", "chunked"}},
      {{":status", "200"}, {"x-a", "1\r\nx-b: 2"}},
      {{":status", "200"}, {"x-a", "1\0002"s}},
      {{":status", "200"}, {"x-a", " 1"}},
      {{":status", "200"}, {"x a", "1"}},
      {{":status", "200"}, {"x-a", std::string(1100, 'v')}},
      {{":status", "200"},
       {"a", ""},
       {"b", ""},
       {"c", ""},
       {"d", ""},
       {"e", ""},
       {"f", ""},
       {"g", ""},
       {"h", ""},
       {"i", ""},
       {"j", ""},
       {"k", ""}},
  };
  const StreamId other = get();
  for (const FieldList& fields : bad) {
    const StreamId id = get();
    server.head(id, fields, false);
    talk();
    BOOST_TEST(of(id).heads.empty());
    BOOST_TEST(of(id).closed == 1);
    BOOST_CHECK(of(id).ending.error == H2Error::protocol_error);
    BOOST_TEST(!of(id).ending.by_peer);
    BOOST_TEST(!of(id).ending.why.empty());
    BOOST_TEST(server.seen[id].error == static_cast<std::uint32_t>(H2Error::protocol_error));
  }
  server.answer(other);
  talk();
  BOOST_TEST(of(other).body == "ok");
  BOOST_TEST(!failed);
}

BOOST_AUTO_TEST_CASE(B5_trailers_are_judged_as_heads_are) {
  for (const FieldList& trailers :
       {FieldList{{":status", "200"}}, FieldList{{"Upper", "1"}}, FieldList{{"connection", "x"}},
        FieldList{{"x-a", "1\r\n"}}, FieldList(33, {"x-a", "1"})}) {
    const StreamId id = get();
    server.head(id, {{":status", "200"}});
    server.data(id, "body", false);
    talk();
    server.head(id, trailers, true);
    talk();
    BOOST_TEST(!of(id).ended);
    BOOST_TEST(of(id).closed == 1);
  }
}

BOOST_AUTO_TEST_CASE(C9_interim_heads_without_end_end_the_stream) {
  const StreamId id = get();
  for (int i = 0; i < 100; ++i) server.head(id, {{":status", "103"}});
  talk();
  BOOST_TEST(of(id).heads.size() <= 32u);
  BOOST_TEST(of(id).closed == 1);
}

BOOST_AUTO_TEST_CASE(C9_a_length_that_is_not_kept_ends_the_stream) {
  for (const char* const body : {"short", "much too long for what was announced"}) {
    const StreamId id = get();
    server.head(id, {{":status", "200"}, {"content-length", "10"}});
    server.data(id, body, true);
    talk();
    BOOST_TEST(!of(id).ended);
    BOOST_CHECK(of(id).ending.error == H2Error::protocol_error);
  }
}

BOOST_AUTO_TEST_CASE(C9_floods_end_the_connection) {
  for (const std::string& frame :
       {"\0\0\x8\6\0\0\0\0\0"s + "12345678", "\0\0\0\4\0\0\0\0\0"s, "\0\0\0\x77\0\0\0\0\0"s}) {
    Pair pair;
    std::string flood;
    for (int i = 0; i < 3000; ++i) flood += frame;
    pair.say(flood);
    BOOST_TEST(pair.failed);
    BOOST_TEST(!pair.session->takes_requests());
  }
}

BOOST_AUTO_TEST_CASE(C9_a_push_ends_the_connection) {
  const StreamId id = get();
  const std::string block =
      "\x82\x87\x84\x41\x1"
      "a"s;
  const std::string payload = "\0\0\0\2"s + block;
  say("\0\0"s + static_cast<char>(payload.size()) + "\5\4\0\0\0"s + static_cast<char>(id) + payload);
  BOOST_TEST(failed);
}

BOOST_AUTO_TEST_CASE(an_error_that_only_nghttp2_sees_ends_it_too) {
  say("\0\0\4\x8\0\0\0\0\0\x7f\xff\xff\xff"s + "\0\0\4\x8\0\0\0\0\0\x7f\xff\xff\xff"s);
  BOOST_TEST(failed);
  BOOST_TEST(session->receive("", now).error().detail.find("FLOW_CONTROL_ERROR") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_short_message_pays_for_the_frames_that_follow_it) {
  limits.idle_frame_burst = 20;
  session = std::make_unique<H2ClientSession>(limits, journal);
  H2Server fresh;
  std::string out;
  BOOST_TEST(session->output(out, 1 << 20).has_value());
  fresh.receive(out);
  BOOST_TEST(session->receive(fresh.output(), now).has_value());
  const Result<StreamId> id = session->request({"POST", "https", "a", "/", {}}, Headers(), true);
  BOOST_REQUIRE(id.has_value());
  const std::string ping = "\0\0\x8\6\1\0\0\0\0"s + "12345678";  // an answer to one of ours
  for (int i = 0; i < 200; ++i) {
    session->send(*id, "message");
    out.clear();
    BOOST_TEST(session->output(out, 1 << 20).has_value());
    BOOST_TEST(session->receive(ping + ping + ping, now).has_value());
  }
}

BOOST_AUTO_TEST_CASE(shutting_down_says_goaway_and_what_is_under_way_goes_on) {
  const StreamId id = get();
  session->shut_down();
  talk();
  BOOST_TEST(server.goaways.size() == 1u);
  BOOST_TEST(!session->takes_requests());
  server.answer(id);
  talk();
  BOOST_TEST(of(id).body == "ok");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(http_h2_client_session_knows_what_the_server_allows) {
  const Pair plain;
  BOOST_TEST(plain.session->has_settings());
  BOOST_TEST(plain.session->most_streams() == 100u);
  BOOST_TEST(!plain.session->allows_extended_connect());
  Pair pair({{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 7}, {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1}});
  BOOST_TEST(pair.session->most_streams() == 7u);
  BOOST_TEST(pair.session->allows_extended_connect());
  const Result<StreamId> id =
      pair.session->request({"CONNECT", "https", "a.example", "/chat", "websocket"}, Headers(), true);
  BOOST_REQUIRE(id.has_value());
  pair.talk();
  BOOST_TEST(pair.server.seen[*id].field(":protocol") == "websocket");
}

BOOST_AUTO_TEST_CASE(http_h2_client_session_waits_for_windows) {
  Pair pair({}, false);
  const StreamId id = pair.get(true);
  pair.session->send(id, std::string(100'000, 'b'));
  pair.talk();
  BOOST_TEST(pair.server.seen[id].body.size() == 65535u);
  BOOST_TEST(pair.session->unsent(id) == 100'000u - 65535u);
}
