#include "main/certificate_check.hpp"

#include <csignal>
#include <cstdio>

#include "async/task_group.hpp"
#include "base/text.hpp"
#include "log/records.hpp"
#include "server/client_verification.hpp"
#include "server/files.hpp"
#include "server/instance_files.hpp"

namespace sallyport {
namespace {

constexpr int kAccepted = 0;
constexpr int kRefused = 1;
constexpr int kNotChecked = 2;
// Longer than the daemon would wait: a person does not mind.
constexpr auto kPatience = std::chrono::minutes(2);

int complain(const std::string& text) {
  std::fprintf(stderr, "Error: %s\n", text.c_str());
  return kNotChecked;
}

void print(const char* name, const std::string& value) {
  std::printf("  %-22s %s\n", name, log_escaped(value).c_str());
}
void print(const char* name, const std::vector<std::string>& values) {
  for (const std::string& value : values) print(name, value);
}

void print_chain(const pki::PresentedChain& chain) {
  std::size_t number = 0;
  for (const std::string& der : chain.certificates) {
    std::printf("certificate %zu\n", ++number);
    const auto certificate = pki::Certificate::read(der, pki::CertificateLimits());
    if (!certificate) {
      print("unreadable", certificate.error().detail);
      continue;
    }
    const pki::Certificate& one = **certificate;
    print("subject", one.subject());
    print("issuer", one.issuer());
    print("serial", one.serial_text());
    print("valid", log::format_utc(one.not_before()) + " to " + log::format_utc(one.not_after()));
    print("sha256", one.fingerprint());
    print("crl", one.pointers().crls);
    print("ocsp", one.pointers().responders);
  }
}

void print_facts(const identity::CertificateFacts& facts) {
  std::printf("facts\n");
  print("subject", facts.subject);
  print("issuer", facts.issuer);
  print("serial", facts.serial);
  print("fingerprint", facts.fingerprint);
  print("common-name", facts.common_names);
  print("email", facts.emails);
  print("user-principal-name", facts.user_principal_names);
  print("dns", facts.dns_names);
  print("policy", facts.policies);
  print("not-after", log::format_utc(facts.not_after));
}

async::Task<> examine(const pki::ClientVerifier& verifier, const pki::PresentedChain& chain, int& status) {
  const async::Context here = co_await async::CurrentContext();
  const pki::ClientVerifier::Examination examination = co_await verifier.examine(chain, here.loop->in(kPatience));
  std::printf("steps\n");
  for (const std::string& step : examination.steps) std::printf("  %s\n", step.c_str());
  if (examination.verdict) {
    print_facts(*examination.verdict);
    std::printf("verdict: accepted\n");
    status = kAccepted;
  } else {
    const pki::CertificateRefusal& refusal = examination.verdict.error();
    std::printf("verdict: refused: %s: %s\n", std::string(pki::name_of(refusal.fault)).c_str(),
                log_escaped(refusal.detail).c_str());
    status = kRefused;
  }
  here.loop->stop();
}

}  // namespace

int check_certificate(const std::string& config_path, const std::string& file) {
  std::signal(SIGPIPE, SIG_IGN);
  const server::LoadedSettings loaded = server::load_settings(config_path);
  if (!loaded.settings) {
    for (const auto& diagnostic : loaded.diagnostics) complain(diagnostic.to_string());
    return kNotChecked;
  }
  const auto pem = server::read_file(file, server::kMostPem);
  if (!pem) return complain(pem.error().detail);
  const auto blocks = pki::decode_pem(*pem, pki::kCertificateLabel);
  if (!blocks || blocks->empty()) return complain(file + ": no certificate in PEM, or not all of it is PEM");

  const SteadyClock clock;
  async::EventLoop loop(clock);
  // The pool that computes ends first, then the one that fetches, then the loop that both post to.
  std::unique_ptr<server::ClientVerification> verification;
  async::WorkerPool computes(1, 10);
  verification = std::make_unique<server::ClientVerification>(computes);
  const auto verifier = verification->make(*loaded.settings);
  if (!verifier) return complain(config_path + ": " + verifier.error().detail);
  if (!*verifier) return complain(config_path + ": [certificate] client-ca-file is not set: no certificate is accepted");
  for (const std::string& warning : (*verifier)->warnings(wall_now())) {
    std::fprintf(stderr, "Warning: %s\n", warning.c_str());
  }
  const pki::PresentedChain chain{*blocks};
  print_chain(chain);
  int status = kNotChecked;
  async::TaskGroup tasks(async::Context{&loop, nullptr}, [&loop](std::exception_ptr) { loop.stop(); });
  tasks.spawn(examine(**verifier, chain, status));
  loop.run();
  return status;
}

}  // namespace sallyport
