#pragma once

#include <boost/test/unit_test.hpp>

#include "h2_client.hpp"
#include "http/h2_session.hpp"

// A client and a session that talk to each other, for the tests of the latter.
namespace sallyport::http {

constexpr TimePoint kNow{std::chrono::hours(1)};

struct H2SessionFixture {
  H2Limits limits;
  H2Journal journal;
  H2Client client;
  std::unique_ptr<H2ServerSession> server;

  H2SessionFixture() { restart(); }
  void restart() { server = std::make_unique<H2ServerSession>(limits, journal); }

  Result<> exchange(TimePoint now = kNow) {
    Result<> verdict;
    for (int round = 0; round < 50; ++round) {
      const std::string asked = client.output();
      if (!asked.empty() && verdict) verdict = server->receive(asked, now);
      std::string said;
      const Result<> said_well = server->output(said, SIZE_MAX);
      if (verdict) verdict = said_well;
      client.receive(said);
      if (asked.empty() && said.empty()) break;
    }
    return verdict;
  }
  void respond(StreamId id, std::string_view body) {
    ResponseHead head;
    head.status = 200;
    head.headers.add("Content-Type", "text/plain");
    head.headers.add("Connection", "close");
    BOOST_REQUIRE(server->respond(id, head, !body.empty()));
    server->send(id, body);
    server->end_body(id);
  }
};

inline FieldList with(FieldList fields, const std::string& name, const std::string& value) {
  fields.emplace_back(name, value);
  return fields;
}

}  // namespace sallyport::http
