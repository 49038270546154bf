#include "server/instance.hpp"

#include <algorithm>

#include "admin/acl_commands.hpp"
#include "admin/junction_commands.hpp"
#include "admin/object_commands.hpp"
#include "admin/pop_commands.hpp"
#include "admin/session_commands.hpp"
#include "admin/totp_commands.hpp"
#include "admin/user_commands.hpp"
#include "config/restart.hpp"
#include "config/validate.hpp"
#include "crypto/random.hpp"
#include "inbound/totp_memory.hpp"
#include "junction/xml_store.hpp"
#include "login/offloaded_registry.hpp"
#include "server/files.hpp"

namespace sallyport::server {
namespace {

void add_error(config::Diagnostics& diagnostics, const Error& error) {
  config::Diagnostic diagnostic;
  diagnostic.message = error.detail;
  diagnostics.push_back(std::move(diagnostic));
}

std::string name_of_server(const config::Settings& settings) {
  return settings.server.server_name + "-sallyport-" + web_host_name(settings);
}

// Writes what is new or different, removes what is gone.
Result<> save_changes(const std::string& directory, const std::vector<junction::Junction>& before,
                      const std::vector<junction::Junction>& after) {
  for (const junction::Junction& junction : after) {
    if (std::find(before.begin(), before.end(), junction) != before.end()) continue;
    if (const Result<> saved = save_junction(directory, junction); !saved) return saved;
  }
  for (const junction::Junction& junction : before) {
    const auto is_it = [&](const junction::Junction& other) {
      return junction::file_name_of(other) == junction::file_name_of(junction);
    };
    if (std::any_of(after.begin(), after.end(), is_it)) continue;
    if (const Result<> deleted = delete_junction(directory, junction); !deleted) return deleted;
  }
  return Result<>();
}

// After the registry was published. Who logs in by the old one meanwhile is sent away by inbound::Sessions::log_in().
void end_changed_sessions(const login::LdifRegistry* before, const login::LdifRegistry* after,
                          store::SessionStore& sessions) {
  if (before == nullptr && after == nullptr) return;  // a directory before and after it
  sessions.erase_if([&](const session::Session& session) {
    if (!session.subject.is_authenticated()) return false;
    if (before == nullptr || after == nullptr) return true;  // these users are others
    return after->ends_sessions_of(session.subject.credential().user().text(), *before);
  });
}

// What the file says, but for what needs a restart. Error: bad_config, if the two do not go together.
Result<std::shared_ptr<const config::Settings>> keep_what_needs_a_restart(const config::Settings& running,
                                                                          const config::Settings& wanted,
                                                                          std::vector<std::string>& waiting) {
  config::Parsed merged;
  merged.settings = wanted;
  waiting = config::keep_until_restart(running, merged.settings);
  config::validate(merged, "", {});
  for (const auto& diagnostic : merged.diagnostics) {
    if (diagnostic.severity != config::Severity::error) continue;
    return fail(Errc::bad_config, "this needs a restart: as long as the server runs, " + diagnostic.message);
  }
  return std::make_shared<const config::Settings>(std::move(merged.settings));
}

std::string join(const config::Diagnostics& diagnostics) {
  std::string text;
  for (const auto& diagnostic : diagnostics) {
    if (diagnostic.severity != config::Severity::error) continue;
    if (!text.empty()) text += '\n';
    text += diagnostic.to_string();
  }
  return text;
}

}  // namespace

Result<Instance::State> Instance::load(const config::Settings* running, std::vector<std::string>& waiting,
                                       config::Diagnostics& diagnostics) {
  LoadedSettings loaded = load_settings(config_path_);
  diagnostics = std::move(loaded.diagnostics);
  if (!loaded.settings) return fail(Errc::bad_config, join(diagnostics));
  if (running != nullptr) {
    auto kept = keep_what_needs_a_restart(*running, *loaded.settings, waiting);
    if (!kept) return fail(kept.error().code, config_path_ + ": " + kept.error().detail);
    loaded.settings = std::move(*kept);
  }
  const config::Settings& settings = *loaded.settings;
  authz::PolicyLimits policy_limits;
  policy_limits.max_level = static_cast<int>(settings.authentication_levels.level.size()) - 1;
  auto policy = load_policy(settings.policy.policy_db, policy_limits);
  if (!policy) add_error(diagnostics, policy.error());
  auto junctions = load_junctions(settings.junction.junction_db);
  if (!junctions) add_error(diagnostics, junctions.error());
  Result<LoadedRegistry> registry = LoadedRegistry();
  std::shared_ptr<login::PasswordRegistry> asked;
  if (settings.registry.type == config::RegistryType::ldif) {
    registry = load_registry(settings.registry.ldif_file);
    if (!registry) {
      add_error(diagnostics, registry.error());
    } else {
      asked = asked_for(registry->registry);
    }
  } else {
    auto directory = directory_threads_.open(settings, diagnostics);
    if (!directory) {
      add_error(diagnostics, directory.error());
    } else {
      asked = std::move(*directory);
    }
  }
  if (config::has_errors(diagnostics)) return fail(Errc::bad_config, join(diagnostics));
  return State{loaded.settings, std::move(*policy), std::move(*junctions), std::move(registry->document),
               std::move(registry->registry), std::move(asked)};
}

Result<std::shared_ptr<const inbound::Snapshot>> Instance::build(const State& state, bool fresh) {
  SnapshotParts parts;
  parts.settings = state.settings;
  parts.policy = &state.policy;
  parts.junctions = &state.junctions;
  parts.registry = state.registry;
  const std::shared_ptr<const inbound::Snapshot> previous = published_ ? published_->get() : nullptr;
  parts.previous = previous.get();
  return builder_.build(parts, fresh);
}

std::unique_ptr<Instance> Instance::open(const std::string& config_path, async::WorkerPool& offload,
                                         DirectoryThreads& directory_threads, tls::TicketTable& tickets,
                                         ClientVerification& verification, config::Diagnostics& diagnostics) {
  std::unique_ptr<Instance> instance(new Instance(config_path, offload, directory_threads, tickets, verification));
  std::vector<std::string> nothing_waits;
  auto state = instance->load(nullptr, nothing_waits, diagnostics);
  if (!state) return nullptr;
  auto snapshot = instance->build(*state, true);
  if (!snapshot) {
    add_error(diagnostics, snapshot.error());
    return nullptr;
  }
  instance->state_ = std::make_unique<State>(std::move(*state));
  instance->published_ = std::make_unique<async::Published<inbound::Snapshot>>(std::move(*snapshot));
  return instance;
}

std::shared_ptr<const config::Settings> Instance::settings() const {
  const std::lock_guard lock(mutex_);
  return state_->settings;
}

std::string Instance::server_name() const {
  return name_of_server(*settings());
}

config::Diagnostics Instance::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_of(*state_, *published_->get());
}

config::Diagnostics Instance::warnings_of(const State& state, const inbound::Snapshot& snapshot) const {
  config::Diagnostics out;
  const auto warn = [&](const std::string& file, std::string message) {
    config::Diagnostic diagnostic;
    diagnostic.severity = config::Severity::warning;
    diagnostic.file = file;
    diagnostic.message = std::move(message);
    out.push_back(std::move(diagnostic));
  };
  const config::Settings& settings = *state.settings;
  for (std::string& text : admin::shared_server_warnings(state.junctions)) {
    warn(settings.junction.junction_db, std::move(text));
  }
  if (!settings.server.allow_unknown_hosts) {
    const http::HostNames& names = snapshot.host_names;
    for (const auto& sni : settings.ssl_sni) {
      if (names.contains(sni.host)) continue;
      warn(config_path_, "[ssl-sni] " + sni.host +
                             ": requests for it are refused, for it is neither web-host-name nor "
                             "a web-host-alias nor the host of a virtual host junction");
    }
  }
  if (snapshot.client_verifier) {
    for (std::string& text : snapshot.client_verifier->warnings(wall_now())) warn(config_path_, std::move(text));
  }
  std::vector<std::string> secrets = settings.ssl.server_key_file;
  for (const auto& sni : settings.ssl_sni) secrets.push_back(sni.key_file);
  secrets.push_back(settings.junction.jct_client_key_file);
  secrets.push_back(settings.certificate.crl_ldap_user_password_file);
  secrets.push_back(settings.registry.ldif_file);
  for (const std::string& path : secrets) {
    if (!path.empty() && is_open_to_others(path)) warn(path, "every user of this machine can read or write this file");
  }
  return out;
}

// What of the reload can fail comes first, then all that cannot, under one lock. The names of the settings that need a
// restart.
Result<std::vector<std::string>> Instance::take_files(LiveParts& parts, config::Diagnostics& warnings) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> waiting;
  auto state = load(state_->settings.get(), waiting, warnings);
  if (!state) return fail(state.error());
  auto snapshot = build(*state, true);
  if (!snapshot) return fail(snapshot.error());
  auto logs = parts.prepare(*state->settings);
  if (!logs) return fail(logs.error().code, "[logging]: " + logs.error().detail);
  for (auto& warning : warnings_of(*state, **snapshot)) warnings.push_back(std::move(warning));

  const std::shared_ptr<const login::LdifRegistry> before = state_->users;
  *state_ = std::move(*state);
  published_->publish(std::move(*snapshot));
  parts.apply(*state_->settings, std::move(*logs));
  end_changed_sessions(before.get(), state_->users.get(), parts.sessions());
  return waiting;
}

admin::CommandOutput Instance::reload(LiveParts& parts) {
  config::Diagnostics warnings;
  const auto waiting = take_files(parts, warnings);
  if (!waiting) {
    parts.logs().event(log::Level::error, "reload-refused", waiting.error().to_string());
    return admin::failed(waiting.error());
  }
  admin::CommandOutput output = admin::printed("reloaded\n");
  parts.logs().event(log::Level::notice, "reloaded", config_path_);
  for (const auto& warning : warnings) {
    output.err += warning.to_string() + "\n";
    parts.logs().event(log::Level::warning, "reload-warning", warning.to_string());
  }
  if (!waiting->empty()) {
    std::string names;
    for (const std::string& name : *waiting) names += (names.empty() ? "" : ", ") + name;
    output.out += "needs a restart: " + names + "\n";
    parts.logs().event(log::Level::warning, "reload-needs-restart", names);
  }
  return output;
}

std::shared_ptr<login::PasswordRegistry> Instance::asked_for(std::shared_ptr<const login::LdifRegistry> users) {
  const auto store = [this](const std::string& user, const Secret& secret, bool replaces) {
    return store_totp_secret(user, secret, replaces);
  };
  return std::make_shared<login::OffloadedRegistry>(offload_, std::move(users), store);
}

// On a thread of the pool. No session ends: nothing else of the user has changed.
Result<> Instance::store_totp_secret(const std::string& user, const Secret& secret, bool replaces) {
  const std::lock_guard lock(mutex_);
  if (state_->settings->registry.type != config::RegistryType::ldif) {
    return fail(Errc::unavailable, "the registry is another one now");
  }
  State next = *state_;
  const Result<> set = admin::set_totp_secret(next.registry_document, user, secret, replaces);
  if (!set) return set;
  auto registry = login::LdifRegistry::make(next.registry_document);
  if (!registry) return fail(registry.error());
  next.users = std::move(*registry);
  next.registry = asked_for(next.users);
  const auto save = [&] { return save_registry(next.settings->registry.ldif_file, next.registry_document); };
  const admin::CommandOutput adopted = adopt(next, save);
  if (adopted.exit_code != admin::kDone) return fail(Errc::internal, adopted.err);
  return Result<>();
}

// The caller holds the lock.
admin::CommandOutput Instance::adopt(State next, const std::function<Result<>()>& save) {
  auto snapshot = build(next, false);
  if (!snapshot) return admin::failed(snapshot.error());
  if (const Result<> saved = save(); !saved) return admin::failed(saved.error());
  *state_ = std::move(next);
  published_->publish(std::move(*snapshot));
  return admin::CommandOutput();
}

admin::CommandOutput Instance::run_policy_command(const std::vector<std::string>& words) {
  State next = *state_;
  admin::CommandOutput output = words.front() == "acl"   ? admin::run_acl_command(words, next.policy)
                                : words.front() == "pop" ? admin::run_pop_command(words, next.policy)
                                                         : admin::run_object_command(words, next.policy);
  if (!output.changed) return output;
  const auto save = [&] { return save_policy(next.settings->policy.policy_db, next.policy); };
  const admin::CommandOutput adopted = adopt(next, save);
  return adopted.exit_code == admin::kDone ? output : adopted;
}

admin::CommandOutput Instance::run_junction_command(const std::vector<std::string>& words) {
  State next = *state_;
  admin::JunctionFacts facts;
  facts.server_name = name_of_server(*state_->settings);
  facts.activity = activity_of(*published_->get(), state_->junctions);
  facts.random_bytes = [] { return crypto::random_bytes(16); };
  facts.now = unix_seconds(wall_now());
  const admin::CommandOutput output = admin::run_junction_command(words, next.junctions, facts);
  if (!output.changed) return output;
  const auto save = [&] { return save_changes(next.settings->junction.junction_db, state_->junctions, next.junctions); };
  const admin::CommandOutput adopted = adopt(next, save);
  return adopted.exit_code == admin::kDone ? output : adopted;
}

admin::CommandOutput Instance::run_registry_command(const std::vector<std::string>& words,
                                                    store::SessionStore& sessions) {
  if (state_->settings->registry.type != config::RegistryType::ldif) {
    return admin::failed(Error(Errc::unsupported, "users and groups are kept in the directory; change them there"));
  }
  State next = *state_;
  admin::UserCommandRules rules;
  rules.hash = login::new_stored_password;
  rules.totp = inbound::totp_rules(state_->settings->totp);
  rules.totp_issuer = inbound::totp_issuer(*state_->settings);
  admin::CommandOutput output = words.front() == "user"
                                    ? admin::run_user_command(words, next.registry_document, rules)
                                    : admin::run_group_command(words, next.registry_document);
  if (!output.changed) return output;
  auto registry = login::LdifRegistry::make(next.registry_document);
  if (!registry) return admin::failed(registry.error());
  next.users = std::move(*registry);
  next.registry = asked_for(next.users);
  const std::shared_ptr<const login::LdifRegistry> before = state_->users;
  const auto save = [&] { return save_registry(next.settings->registry.ldif_file, next.registry_document); };
  const admin::CommandOutput adopted = adopt(next, save);
  if (adopted.exit_code != admin::kDone) return adopted;
  end_changed_sessions(before.get(), next.users.get(), sessions);
  return output;
}

admin::CommandOutput Instance::run(const std::vector<std::string>& words, LiveParts& parts) {
  if (words.empty()) return admin::misused("a command; see sallyport(8)");
  const std::string& verb = words.front();
  if (verb == "reload") return reload(parts);
  if (verb == "session") return admin::run_session_command(words, parts.sessions());
  // pdadmin's words for what has a shorter form here; junction tasks pass as they are.
  if (verb == "server" && words.size() >= 4 && words[1] == "task" && (words[3] == "reload" || words[3] == "terminate")) {
    if (words[2] != server_name()) return admin::failed(Error(Errc::not_found, "there is no server " + words[2]));
    return run(std::vector<std::string>(words.begin() + 3, words.end()), parts);
  }
  if (verb == "terminate") return admin::run_session_command(words, parts.sessions());
  const std::lock_guard lock(mutex_);
  if (verb == "acl" || verb == "pop" || verb == "object") return run_policy_command(words);
  if (verb == "junction" || verb == "server") return run_junction_command(words);
  if (verb == "user" || verb == "group") return run_registry_command(words, parts.sessions());
  return admin::misused(
      "acl|pop|object|junction|user|group|session|server|reload ...; see sallyport(8)");
}

}  // namespace sallyport::server
