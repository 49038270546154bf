#include "server/user_recheck.hpp"

#include <boost/test/unit_test.hpp>

#include "config/parser.hpp"
#include "unit/async/loop_fixture.hpp"
#include "unit/session/sample.hpp"

using namespace sallyport;
using namespace sallyport::server;
using std::chrono::seconds;

namespace {

identity::CredentialFields fields_of(std::string user) {
  identity::CredentialFields fields;
  fields.user = std::move(user);
  fields.groups = {"staff"};
  fields.method = "password";
  return fields;
}

// Answers when it is told to.
class SlowRegistry final : public login::PasswordRegistry {
 public:
  async::Task<Result<login::CredentialPtr>> authenticate(std::string, Secret, async::Deadline) override {
    co_return fail(Errc::denied, "not asked here");
  }
  async::Task<Result<login::CredentialPtr>> look_up(std::string user, async::Deadline deadline) override {
    ++asked;
    ++in_flight;
    most_in_flight = std::max(most_in_flight, in_flight);
    if (holds) co_await go_on.wait(deadline);
    --in_flight;
    if (is_down) co_return fail(Errc::unavailable, "down", Side::directory);
    if (user == gone) co_return fail(Errc::not_found, "gone", Side::directory);
    identity::CredentialFields fields = fields_of(user);
    fields.groups.push_back("new");
    if (!changes_groups) fields.groups.pop_back();
    co_return identity::Credential::make(std::move(fields));
  }

  async::Task<Result<login::CredentialPtr>> find_entry(login::EntryMatch, async::Deadline) override {
    co_return fail(Errc::denied, "not asked here");
  }

  async::Signal go_on;
  bool holds = false;
  bool is_down = false;
  bool changes_groups = false;
  std::string gone;
  int asked = 0;
  int in_flight = 0;
  int most_in_flight = 0;
};

session::SessionId id_of(std::size_t number) {
  std::string bytes(session::SessionId::kBytes, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (i % 4 * 8));
  return *session::SessionId::from_bytes(bytes);
}

async::Task<> insert(store::SessionStore& store, session::SessionId id, store::SessionPtr session) {
  co_await store.insert(id, std::move(session));
}
async::Task<> find(store::SessionStore& store, session::SessionId id, store::SessionPtr& into) {
  const Result<store::SessionPtr> found = co_await store.find(id);
  into = *found;
}

struct Fixture : async::LoopFixture {
  std::shared_ptr<SlowRegistry> registry = std::make_shared<SlowRegistry>();
  std::unique_ptr<LiveParts> parts;
  std::unique_ptr<async::Published<inbound::Snapshot>> published;
  std::unique_ptr<UserRecheck> recheck;
  std::unique_ptr<async::TaskGroup> tasks;

  // The store knows the real time only, which may be earlier than a fixture's usual start: it counts from the machine's.
  Fixture() : LoopFixture(std::chrono::steady_clock::now()) {
    publish(seconds(60));
    recheck = std::make_unique<UserRecheck>(*parts, *published);
    tasks = std::make_unique<async::TaskGroup>(context());
    tasks->spawn(recheck->run());
    loop.run_ready();
  }
  ~Fixture() {
    tasks.reset();
    loop.run_ready();
  }

  void publish(seconds interval) {
    auto settings = std::make_shared<config::Settings>(config::default_settings());
    settings->registry.type = config::RegistryType::ldap;
    settings->ldap.user_recheck_interval = interval;
    settings->session.max_entries = 1'000'000;
    settings->logging.requests = false;
    settings->logging.audit_file = settings->logging.event_file = "/dev/null";
    if (!parts) parts = LiveParts::make(*settings).value();
    auto snapshot = std::make_shared<inbound::Snapshot>(authz::ObjectName::of_server("host", "default").value(),
                                                        session::SessionCookie::make("__Host-x").value());
    snapshot->settings = settings;
    snapshot->registry = registry;
    if (published) {
      published->publish(std::move(snapshot));
    } else {
      published = std::make_unique<async::Published<inbound::Snapshot>>(std::move(snapshot));
    }
  }
  void log_in(std::size_t number, const std::string& user) {
    session::Session session = session::begin("handle" + std::to_string(number), Secret(std::string_view("t")), clock.now());
    session.subject = identity::Subject(identity::Credential::make(fields_of(user)).value());
    tasks->spawn(insert(parts->sessions(), id_of(number), std::make_shared<const session::Session>(std::move(session))));
    loop.run_ready();
  }
  // A request of the session.
  store::SessionPtr use(std::size_t number) {
    store::SessionPtr found;
    tasks->spawn(find(parts->sessions(), id_of(number), found));
    loop.run_ready();
    return found;
  }
  // Time goes on in small steps, as it does. The store has stamps of the real time, which hardly moves.
  void wait(seconds time) {
    for (int i = 0; i < time.count() * 20; ++i) advance(std::chrono::milliseconds(50));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server_user_recheck, Fixture)

BOOST_AUTO_TEST_CASE(F12_two_questions_at_most_are_in_flight_however_many_sessions_there_are) {
  registry->holds = true;
  for (std::size_t i = 0; i < 5000; ++i) log_in(i, "user" + std::to_string(i));
  BOOST_TEST(registry->asked == 0);
  publish(seconds(1));  // all are due at once
  wait(seconds(3));
  BOOST_TEST(registry->asked == 2);
  for (int i = 0; i < 100; ++i) {
    registry->go_on.wake_all();
    loop.run_ready();
    wait(seconds(1));
  }
  BOOST_TEST(registry->most_in_flight == 2);
  BOOST_TEST(registry->asked > 100);
}

BOOST_AUTO_TEST_CASE(F12_several_sessions_of_one_user_are_one_question) {
  publish(seconds(1));
  for (std::size_t i = 0; i < 10; ++i) log_in(i, "alice");
  registry->changes_groups = true;
  wait(seconds(2));
  BOOST_TEST(registry->asked == 1);
  for (std::size_t i = 0; i < 10; ++i) BOOST_TEST(use(i)->subject.credential().groups().size() == 2u);
}

BOOST_AUTO_TEST_CASE(F12_a_login_after_the_question_is_not_meant_by_its_answer) {
  publish(seconds(1));
  registry->holds = true;
  registry->gone = "alice";
  log_in(1, "alice");
  wait(seconds(2));
  BOOST_TEST(registry->in_flight == 1);
  log_in(2, "alice");
  registry->go_on.wake_all();
  loop.run_ready();
  BOOST_TEST(use(1) == nullptr);
  BOOST_TEST(use(2) != nullptr);
}

BOOST_AUTO_TEST_CASE(F12_the_answer_of_a_registry_that_was_replaced_does_not_count) {
  publish(seconds(1));
  registry->holds = true;
  registry->gone = "alice";
  log_in(1, "alice");
  wait(seconds(2));
  const auto before = registry;
  registry = std::make_shared<SlowRegistry>();
  publish(seconds(1));
  before->go_on.wake_all();
  loop.run_ready();
  BOOST_TEST(use(1) != nullptr);
}

BOOST_AUTO_TEST_CASE(G4_when_nobody_answers_the_others_are_not_asked_and_nobody_is_sent_away) {
  registry->is_down = true;
  for (std::size_t i = 0; i < 1000; ++i) log_in(i, "user" + std::to_string(i));
  publish(seconds(1));
  wait(seconds(30));
  BOOST_TEST(registry->asked >= 1);
  BOOST_TEST(registry->asked <= 2);
  BOOST_TEST(parts->sessions().size() == 1000u);
}

BOOST_AUTO_TEST_SUITE_END()
