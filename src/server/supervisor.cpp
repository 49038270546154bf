#include "server/supervisor.hpp"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>

#include "admin/admin_role.hpp"
#include "base/encoding.hpp"
#include "config/interfaces.hpp"
#include "crypto/random.hpp"
#include "server/process.hpp"
#include "server/used_codes_file.hpp"
#include "server/user_recheck.hpp"
#include "server/worker.hpp"

namespace sallyport::server {
namespace {

constexpr std::size_t kTicketsRemembered = 200'000;
constexpr std::size_t kOffloadQueue = 1000;

void complain(const config::Diagnostics& diagnostics) {
  for (const auto& diagnostic : diagnostics) std::fprintf(stderr, "%s\n", diagnostic.to_string().c_str());
}

int complain(const Error& error) {
  std::fprintf(stderr, "sallyportd: %s\n", error.to_string().c_str());
  return 1;
}

std::size_t worker_count(const config::Settings& settings) {
  if (settings.server.worker_threads > 0) return settings.server.worker_threads;
  return std::max(1u, std::thread::hardware_concurrency());
}

admin::AdminOptions admin_options(const config::AdminSettings& settings) {
  admin::AdminOptions options;
  options.allowed_users = settings.allowed_users;
  options.allowed_groups = settings.allowed_groups;
  options.timeout = settings.timeout;
  return options;
}

Result<std::vector<ListeningSocket>> open_sockets(const config::Settings& settings) {
  std::vector<ListeningSocket> sockets;
  for (const config::ListeningPort& port : config::listening_ports(settings)) {
    std::vector<IpAddress> addresses = port.addresses;
    if (addresses.empty()) addresses = {*IpAddress::parse("0.0.0.0"), *IpAddress::parse("::")};
    for (const IpAddress& address : addresses) {
      auto socket = net::open_listening_socket(Endpoint{address, port.port});
      // A machine without IPv6 serves IPv4 all the same, unless the address was asked for.
      const bool optional = port.addresses.empty() && !address.is_v4();
      if (!socket && optional) continue;
      if (!socket) return fail(socket.error().code, port.setting + ": " + socket.error().detail);
      sockets.push_back(ListeningSocket{std::move(*socket), {port.interface, port.tls}});
    }
  }
  return sockets;
}

// The parts of the running daemon, in the order in which they are made.
class Daemon {
 public:
  explicit Daemon(std::string config_path) : config_path_(std::move(config_path)) {}
  int run();

 private:
  Result<> start();
  Result<> start_workers();
  Result<> remember_used_codes();
  async::Task<> obey_signals(int fd);
  async::Task<> serve_admin(net::Fd socket);
  // As they are now; never waits for a command or a reload that is going on.
  std::shared_ptr<const config::Settings> settings() const { return instance_->published().get()->settings; }

  const std::string config_path_;
  SteadyClock clock_;
  async::EventLoop loop_{clock_};
  tls::TicketTable tickets_{kTicketsRemembered};
  std::unique_ptr<LiveParts> parts_;
  std::unique_ptr<Instance> instance_;
  inbound::SessionDrains session_drains_;
  std::unique_ptr<inbound::Commons> commons_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<admin::AdminRole> admin_;
  // Last made, first destroyed: its jobs post to the loops above.
  std::unique_ptr<ClientVerification> verification_;
  std::unique_ptr<async::WorkerPool> executor_;
  std::unique_ptr<async::WorkerPool> offload_;
  DirectoryThreads directory_threads_;
};

Result<> Daemon::start_workers() {
  const std::shared_ptr<const config::Settings> settings = instance_->settings();
  // A part of each request id, so that ids of different starts and workers never meet.
  const std::string start_id = hex_encoded(crypto::random_bytes(4));
  for (std::size_t i = 0; i < worker_count(*settings); ++i) {
    auto sockets = open_sockets(*settings);
    if (!sockets) return fail(sockets.error());
    char prefix[32];
    std::snprintf(prefix, sizeof prefix, "%s-%02zx-", start_id.c_str(), i);
    workers_.push_back(std::make_unique<Worker>(prefix, *commons_, *offload_, parts_->connections(), std::move(*sockets)));
  }
  return Result<>();
}

// Those that were used before a restart, and those to come.
Result<> Daemon::remember_used_codes() {
  const std::shared_ptr<const config::Settings> settings = instance_->settings();
  auto file = std::make_shared<UsedCodesFile>(used_codes_path(*settings), *offload_);
  commons_->used_codes = file;
  return file->load(*commons_->totp_memory, wall_now(), inbound::totp_rules(settings->totp));
}

Result<> Daemon::start() {
  const std::size_t threads = std::max(2u, std::thread::hardware_concurrency());
  offload_ = std::make_unique<async::WorkerPool>(threads, kOffloadQueue);
  executor_ = std::make_unique<async::WorkerPool>(1, 64);
  config::Diagnostics diagnostics;
  verification_ = std::make_unique<ClientVerification>(*offload_);
  instance_ = Instance::open(config_path_, *offload_, directory_threads_, tickets_, *verification_, diagnostics);
  complain(diagnostics);
  if (!instance_) return fail(Errc::bad_config, "not started: see above");
  auto parts = LiveParts::make(*instance_->settings());
  if (!parts) return fail(parts.error());
  parts_ = std::move(*parts);
  directory_threads_.log_to(parts_->logs());
  verification_->log_to(parts_->logs());
  commons_.reset(new inbound::Commons{parts_->sessions(), parts_->throttle(), parts_->logs(), instance_->published(),
                                      session_drains_, parts_->certificate_attempts()});
  if (const Result<> loaded = remember_used_codes(); !loaded) return loaded;
  return start_workers();
}

async::Task<> Daemon::obey_signals(int fd) {
  async::FdWatch watch(loop_, fd);
  for (;;) {
    signalfd_siginfo info{};
    const ssize_t n = read(fd, &info, sizeof info);
    if (n != sizeof info) {
      watch.not_readable();
      // Ended with the loop.
      const async::Outcome outcome = co_await watch.readable(async::Deadline::never());
      if (outcome != async::Outcome::ready) co_return;
      continue;
    }
    if (info.ssi_signo == SIGHUP) {
      const auto job = [this] {
        instance_->reload(*parts_);
        return true;
      };
      // A reload ends when it ends.
      co_await executor_->run(job, async::Deadline::never());
    } else if (info.ssi_signo == SIGUSR1) {
      const Result<> reopened = parts_->logs().reopen();
      if (!reopened) parts_->logs().event(log::Level::error, "logs-not-reopened", reopened.error().to_string());
    } else {
      loop_.stop();
      co_return;
    }
  }
}

async::Task<> Daemon::serve_admin(net::Fd socket) {
  const async::Context here = co_await async::CurrentContext();
  net::Listener listener(loop_, std::move(socket));
  async::TaskGroup connections(here);
  for (;;) {
    // Ended with the loop.
    Result<net::Accepted> accepted = co_await listener.accept(async::Deadline::never());
    if (accepted) {
      connections.spawn(admin_->serve(std::move(*accepted)));
      continue;
    }
    if (accepted.error().code == Errc::canceled) co_return;
    co_await async::SleepUntil(loop_.in(std::chrono::milliseconds(100)));
  }
}

int Daemon::run() {
  forbid_core_dumps();
  raise_descriptor_limit();
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGHUP, SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, number);
  // Before any thread exists, so that all of them inherit it.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const net::Fd signal_fd(signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
  if (const Result<> started = start(); !started) return complain(started.error());
  const std::string socket_path = settings()->admin.socket;
  auto admin_socket = net::open_local_listening_socket(socket_path, 0666);
  if (!admin_socket) return complain(admin_socket.error());
  if (const Result<> became = become(settings()->server.unix_user, settings()->server.unix_group); !became) {
    return complain(became.error());
  }
  const auto run_command = [this](const std::vector<std::string>& words) { return instance_->run(words, *parts_); };
  const auto options = [this] { return admin_options(settings()->admin); };
  admin_ = std::make_unique<admin::AdminRole>(*executor_, parts_->logs(), options, run_command);

  for (const auto& worker : workers_) worker->start();
  parts_->logs().event(log::Level::notice, "started", instance_->server_name());
  notify_service_manager("READY=1");
  UserRecheck recheck(*parts_, instance_->published());
  {
    async::TaskGroup tasks(async::Context{&loop_, nullptr});
    tasks.spawn(obey_signals(signal_fd.get()));
    tasks.spawn(serve_admin(std::move(*admin_socket)));
    tasks.spawn(recheck.run());
    loop_.run();
    notify_service_manager("STOPPING=1");
    parts_->logs().event(log::Level::notice, "stopping", instance_->server_name());
    for (const auto& worker : workers_) worker->drain(settings()->server.shutdown_timeout);
    for (const auto& worker : workers_) worker->join();
  }
  unlink(socket_path.c_str());
  parts_->logs().event(log::Level::notice, "stopped", instance_->server_name());
  return 0;
}

}  // namespace

int run_daemon(const std::string& config_path) { return Daemon(config_path).run(); }

int check_configuration(const std::string& config_path, bool strict) {
  async::WorkerPool unused(1, 1);
  DirectoryThreads directory_threads;
  tls::TicketTable tickets(1);
  config::Diagnostics diagnostics;
  ClientVerification verification(unused);
  const auto instance = Instance::open(config_path, unused, directory_threads, tickets, verification, diagnostics);
  if (instance) {
    for (auto& warning : instance->warnings()) diagnostics.push_back(std::move(warning));
  }
  complain(diagnostics);
  if (!instance) return 1;
  if (strict && !diagnostics.empty()) return 1;
  std::printf("%s: no errors\n", config_path.c_str());
  return 0;
}

}  // namespace sallyport::server
