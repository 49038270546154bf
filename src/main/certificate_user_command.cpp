#include "main/certificate_user_command.hpp"

#include <cstdio>
#include <optional>

#include "admin/command_output.hpp"
#include "async/event_loop.hpp"
#include "async/task_group.hpp"
#include "async/worker_pool.hpp"
#include "base/text.hpp"
#include "login/certificate_users.hpp"
#include "login/offloaded_registry.hpp"
#include "pki/certificate.hpp"
#include "server/certificate_setup.hpp"
#include "server/directory.hpp"
#include "server/files.hpp"
#include "server/instance_files.hpp"

namespace sallyport {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

int complain(const std::string& why) {
  std::fprintf(stderr, "Error: %s\n", why.c_str());
  return admin::kFailed;
}

// What is in certificates was chosen by others: none of it reaches a terminal as it is.
void print(const char* label, std::string_view value) {
  std::printf("%s: %s\n", label, log_escaped(value, 2000).c_str());
}

Result<identity::CertificateFacts> read_facts(const std::string& path) {
  const auto text = server::read_file(path, server::kMostPem);
  if (!text) return fail(text.error());
  const auto certificates = pki::decode_pem(*text, "CERTIFICATE");
  if (!certificates || certificates->empty()) {
    return fail(Errc::malformed, path + ": there is no certificate in it (PEM)");
  }
  const auto certificate = pki::Certificate::read(certificates->front(), pki::CertificateLimits{});
  if (!certificate) return fail(Errc::malformed, path + ": " + certificate.error().detail);
  auto facts = (*certificate)->facts();
  if (!facts) return fail(Errc::malformed, path + ": " + facts.error().detail);
  return std::move(*facts);
}

// Threads and a loop for one question to the registry.
class Asker {
 public:
  Result<> open(const config::Settings& settings) {
    if (settings.registry.type == config::RegistryType::ldif) {
      auto loaded = server::load_registry(settings.registry.ldif_file);
      if (!loaded) return fail(loaded.error());
      registry_ = std::make_shared<login::OffloadedRegistry>(pool_, std::move(loaded->registry));
      return Result<>();
    }
    config::Diagnostics diagnostics;
    auto directory = threads_.open(settings, diagnostics);
    if (!directory) return fail(directory.error());
    registry_ = std::move(*directory);
    return Result<>();
  }

  Result<login::CertificateUser> ask(const login::CertificateRules& rules, const identity::CertificateFacts& facts) {
    {
      async::TaskGroup tasks(async::Context{&loop_, nullptr});
      tasks.spawn(put(rules, facts));
      if (!answer_) loop_.run();
    }
    if (!answer_) return fail(Errc::internal, "no answer");
    return std::move(*answer_);
  }

 private:
  async::Task<> put(const login::CertificateRules& rules, identity::CertificateFacts facts) {
    const async::Deadline deadline = loop_.in(kPatience);
    answer_ = co_await login::find_certificate_user(rules, registry_, std::move(facts), 1, deadline);
    loop_.stop();
  }

  SteadyClock clock_;
  async::EventLoop loop_{clock_};
  async::WorkerPool pool_{1, 1};
  server::DirectoryThreads threads_;
  std::shared_ptr<login::PasswordRegistry> registry_;
  std::optional<Result<login::CertificateUser>> answer_;
};

void print_question(const login::CertificateQuestion& question) {
  print("Rule", question.rule == 0 ? "none: " + question.rule_text
                                   : std::to_string(question.rule) + ": " + question.rule_text);
  if (!question.match.dn.empty()) print("Looks for", question.match.dn);
  for (const auto& condition : question.match.conditions) {
    print("Looks for", condition.attribute + " = " + condition.value);
  }
}

void print_user(const identity::Credential& user, const std::optional<std::string>& level) {
  print("User", user.user().text());
  print("Entry", user.dn());
  for (const identity::Name& group : user.groups()) print("Group", group.text());
  if (level) print("Level", *level);
  for (const identity::Attribute& attribute : user.attributes()) {
    if (!attribute.is_of_login) continue;
    for (const std::string& value : attribute.values) print("Attribute", attribute.name + " = " + value);
  }
}

}  // namespace

int run_certificate_user_command(const std::vector<std::string>& words, std::string config_path) {
  std::vector<std::string> rest(words.begin() + 2, words.end());
  if (rest.size() == 3 && rest[0] == "-c") {
    config_path = rest[1];
    rest.erase(rest.begin(), rest.begin() + 2);
  }
  if (rest.size() != 1 || rest[0].starts_with('-')) {
    std::fputs("Error: usage: sallyport certificate user [-c CONFIG] FILE\n", stderr);
    return admin::kMisused;
  }
  const server::LoadedSettings loaded = server::load_settings(config_path);
  if (!loaded.settings) {
    for (const auto& diagnostic : loaded.diagnostics) complain(diagnostic.to_string());
    return admin::kFailed;
  }
  const auto rules = server::certificate_rules(*loaded.settings);
  if (!rules) return complain(config_path + ": " + rules.error().detail);
  const auto facts = read_facts(rest[0]);
  if (!facts) return complain(facts.error().detail);
  print("Subject", facts->subject);
  print("Issuer", facts->issuer);
  print("Serial", facts->serial);
  print("Fingerprint", facts->fingerprint);
  const auto question = rules->question_for(*facts);
  if (!question) return complain(log_escaped(question.error().detail));
  print_question(*question);
  Asker asker;
  if (const auto opened = asker.open(*loaded.settings); !opened) return complain(opened.error().detail);
  const auto found = asker.ask(*rules, *facts);
  if (!found) return complain(log_escaped(found.error().to_string()));
  print_user(*found->credential, rules->level_for(*facts));
  return admin::kDone;
}

}  // namespace sallyport
