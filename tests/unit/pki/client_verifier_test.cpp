#include "pki/client_verifier.hpp"

#include <atomic>
#include <future>
#include <map>
#include <mutex>

#include "async/task_group.hpp"
#include "unit/pki/pki_fixture.hpp"

using namespace sallyport;
using namespace sallyport::async;
using namespace sallyport::pki;
using namespace std::chrono_literals;

namespace {

constexpr const char* kUrl = "http://crl.example/ca.crl";

// Serves what is put in; counts.
class FakeFetcher final : public Fetcher {
 public:
  Result<std::vector<std::string>> fetch(const FetchRequest& request, TimePoint) const override {
    ++asked;
    if (gate.valid()) gate.wait();
    const std::lock_guard lock(mutex);
    const auto found = things.find(request.url);
    if (found == things.end()) return fail(Errc::refused, "nobody there");
    return std::vector<std::string>(1, found->second);
  }
  void put(const std::string& url, std::string bytes) {
    const std::lock_guard lock(mutex);
    things[url] = std::move(bytes);
  }
  void remove(const std::string& url) {
    const std::lock_guard lock(mutex);
    things.erase(url);
  }

  mutable std::mutex mutex;
  mutable std::atomic<int> asked{0};
  std::map<std::string, std::string> things;
  std::shared_future<void> gate;
};

Task<> verify_one(const ClientVerifier& verifier, PresentedChain chain, Deadline deadline,
                  std::vector<ClientVerifier::Verdict>& out) {
  ClientVerifier::Verdict verdict = co_await verifier.verify(std::move(chain), deadline);
  out.push_back(std::move(verdict));
}

struct Fixture {
  SteadyClock clock;
  EventLoop loop{clock};
  TestAuthority authority;
  std::shared_ptr<FakeFetcher> fetcher = std::make_shared<FakeFetcher>();
  std::shared_ptr<RevocationCaches> caches = std::make_shared<RevocationCaches>();
  std::mutex mutex;
  std::vector<std::string> events;
  VerifierOptions options;
  std::unique_ptr<WorkerPool> fetches = std::make_unique<WorkerPool>(2, 10);
  std::shared_ptr<Flights> flights = std::make_shared<Flights>(*fetches);
  std::unique_ptr<WorkerPool> computes = std::make_unique<WorkerPool>(2, 100);
  TaskGroup group{Context{&loop, nullptr}};
  std::vector<ClientVerifier::Verdict> verdicts;
  std::string good = authority.issue("good", kUrl);
  std::string bad = authority.issue("bad", kUrl);

  Fixture() {
    options.authorities_pem = authority.pem();
    options.authorities_origin = "ca.pem";
  }

  std::shared_ptr<const ClientVerifier> make() {
    const auto observer = [this](std::string_view id, const std::string& text) {
      const std::lock_guard lock(mutex);
      events.push_back(std::string(id) + ": " + text);
    };
    return ClientVerifier::make(options, VerifierCommons{*computes, flights, caches, fetcher, observer}).value();
  }
  void start(const ClientVerifier& verifier, const std::string& der, Duration time = 10s) {
    group.spawn(verify_one(verifier, PresentedChain{{der}}, loop.in(time), verdicts));
  }
  void run_until_idle() {
    while (group.size() > 0) loop.turn(true);
  }
  ClientVerifier::Verdict ask(const ClientVerifier& verifier, const std::string& der, Duration time = 10s) {
    start(verifier, der, time);
    run_until_idle();
    auto verdict = std::move(verdicts.back());
    verdicts.clear();
    return verdict;
  }
  CertificateFault fault(const ClientVerifier& verifier, const std::string& der, Duration time = 10s) {
    const auto verdict = ask(verifier, der, time);
    BOOST_REQUIRE(!verdict);
    return verdict.error().fault;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pki_client_verifier, Fixture)

BOOST_AUTO_TEST_CASE(a_list_is_fetched_once_and_then_kept) {
  fetcher->put(kUrl, authority.crl({bad}));
  const auto verifier = make();
  BOOST_TEST(ask(*verifier, good).value().subject == "CN=good");
  BOOST_TEST((fault(*verifier, bad) == CertificateFault::revoked));
  BOOST_TEST(ask(*verifier, good).has_value());
  BOOST_TEST(fetcher->asked == 1);
  // Other settings, the same source: as after a reload.
  BOOST_TEST(ask(*make(), good).has_value());
  BOOST_TEST(fetcher->asked == 1);
}

BOOST_AUTO_TEST_CASE(many_at_once_fetch_once) {
  std::promise<void> gate;
  fetcher->gate = gate.get_future().share();
  fetcher->put(kUrl, authority.crl({bad}));
  const auto verifier = make();
  for (int i = 0; i < 20; ++i) start(*verifier, i % 2 == 0 ? good : bad);
  while (fetcher->asked == 0) loop.turn(false);
  for (int i = 0; i < 100; ++i) loop.turn(false);
  gate.set_value();
  run_until_idle();
  BOOST_TEST(verdicts.size() == 20u);
  BOOST_TEST(std::count_if(verdicts.begin(), verdicts.end(), [](const auto& v) { return v.has_value(); }) == 10);
  BOOST_TEST(fetcher->asked == 1);
}

BOOST_AUTO_TEST_CASE(E7_a_source_that_fails_refuses_and_is_left_alone_for_a_while) {
  const auto verifier = make();
  BOOST_TEST((fault(*verifier, good) == CertificateFault::undetermined));
  BOOST_TEST((fault(*verifier, good) == CertificateFault::undetermined));
  BOOST_TEST(fetcher->asked == 1);
  fetcher->put(kUrl, authority.crl());
  caches->crls.forget_failures();
  BOOST_TEST(ask(*verifier, good).has_value());
}

BOOST_AUTO_TEST_CASE(E7_a_kept_list_outlives_its_source_until_it_ends) {
  options.revocation.crl_lifetime = 0s;
  options.revocation.retry_interval = 0s;
  fetcher->put(kUrl, authority.crl({bad}));
  const auto verifier = make();
  BOOST_TEST(ask(*verifier, good).has_value());
  fetcher->remove(kUrl);
  BOOST_TEST(ask(*verifier, good).has_value());
  BOOST_TEST((fault(*verifier, bad) == CertificateFault::revoked));
  BOOST_TEST(fetcher->asked == 3);
}

BOOST_AUTO_TEST_CASE(a_list_is_renewed_in_the_background_while_the_old_one_serves) {
  fetcher->put(kUrl, authority.crl({}, 3h));
  const auto verifier = make();
  BOOST_TEST(ask(*verifier, bad).has_value());
  // As if it had been fetched long ago.
  const std::string key = "crl " + authority.certificate()->fingerprint() + " users " + kUrl;
  const auto found = caches->crls.find(key, wall_now());
  BOOST_REQUIRE(found.value.has_value());
  caches->crls.put(key, *found.value, wall_now() - 9min, 10min, wall_now() + 24h);
  fetcher->put(kUrl, authority.crl({bad}));
  BOOST_TEST(ask(*verifier, bad).has_value());
  while (fetcher->asked < 2) std::this_thread::yield();
  while (caches->crls.find(key, wall_now()).value.value()->size() == 0) std::this_thread::yield();
  BOOST_TEST((fault(*verifier, bad) == CertificateFault::revoked));
  BOOST_TEST(fetcher->asked == 2);
}

BOOST_AUTO_TEST_CASE(E7_an_older_list_is_not_taken_for_a_newer_one) {
  options.revocation.crl_lifetime = 0s;
  fetcher->put(kUrl, authority.crl({bad}, 1h));
  const auto verifier = make();
  BOOST_TEST((fault(*verifier, bad) == CertificateFault::revoked));
  fetcher->put(kUrl, authority.crl({}, 2h));
  BOOST_TEST((fault(*verifier, bad) == CertificateFault::revoked));
}

BOOST_AUTO_TEST_CASE(E7_accepting_what_is_undetermined_is_logged_each_time) {
  options.undetermined = UndeterminedAction::log;
  const auto verifier = make();
  BOOST_TEST(ask(*verifier, good).has_value());
  BOOST_TEST(ask(*verifier, good).has_value());
  BOOST_REQUIRE(events.size() == 2u);
  BOOST_TEST(events.front().find("certificate-revocation-undetermined: accepted all the same: CN=good: ") == 0u);
  options.undetermined = UndeterminedAction::ignore;
  BOOST_TEST(ask(*make(), good).has_value());
  BOOST_TEST(events.size() == 2u);
}

BOOST_AUTO_TEST_CASE(E7_a_source_that_never_answers_leaves_time_for_a_verdict) {
  std::promise<void> gate;
  fetcher->gate = gate.get_future().share();
  const auto verifier = make();
  BOOST_TEST((fault(*verifier, good, 1200ms) == CertificateFault::undetermined));
  options.undetermined = UndeterminedAction::ignore;
  BOOST_TEST(ask(*make(), good, 1200ms).has_value());
  gate.set_value();
}

BOOST_AUTO_TEST_CASE(D4_a_full_queue_refuses_even_where_undetermined_ones_are_accepted) {
  options.undetermined = UndeterminedAction::ignore;
  std::promise<void> gate, begun;
  computes = std::make_unique<WorkerPool>(1, 1);
  computes->post([&] {
    begun.set_value();
    gate.get_future().wait();
  });
  begun.get_future().wait();
  computes->post([] {});
  const auto verifier = make();
  BOOST_TEST((fault(*verifier, good) == CertificateFault::unavailable));
  gate.set_value();
  computes.reset();  // its thread may still be at the promises
}

BOOST_AUTO_TEST_CASE(a_certificate_that_names_nothing_has_nothing_to_check_unless_something_is_configured) {
  const std::string silent = authority.issue("silent");
  BOOST_TEST(ask(*make(), silent).has_value());
  BOOST_TEST(fetcher->asked == 0);
  options.revocation.ocsp_url = "http://ocsp.example/";
  BOOST_TEST((fault(*make(), silent) == CertificateFault::undetermined));
  options.revocation.ocsp_url.clear();
  options.revocation.ldap_server = "ldap://crl.example";
  BOOST_TEST((fault(*make(), silent) == CertificateFault::undetermined));
  fetcher->put("ldap://crl.example/CN%3DTest%20CA?certificateRevocationList;binary,authorityRevocationList;binary?base",
               authority.crl());
  caches->crls.forget_failures();
  BOOST_TEST(ask(*make(), silent).has_value());
}

BOOST_AUTO_TEST_CASE(a_refused_chain_makes_nobody_fetch) {
  const TestAuthority other;
  BOOST_TEST((fault(*make(), other.issue("alice", kUrl)) == CertificateFault::unknown_issuer));
  BOOST_TEST(fetcher->asked == 0);
}

BOOST_AUTO_TEST_CASE(one_who_stops_waiting_harms_nobody) {
  std::promise<void> gate;
  fetcher->gate = gate.get_future().share();
  fetcher->put(kUrl, authority.crl());
  const auto verifier = make();
  start(*verifier, good);
  {
    TaskGroup other(Context{&loop, nullptr});
    other.spawn(verify_one(*verifier, PresentedChain{{good}}, loop.in(10s), verdicts));
    while (fetcher->asked == 0) loop.turn(false);
    for (int i = 0; i < 50; ++i) loop.turn(false);
  }
  gate.set_value();
  run_until_idle();
  BOOST_TEST(verdicts.size() == 1u);
  BOOST_TEST(verdicts.front().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
