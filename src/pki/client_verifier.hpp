// pki, the second half: whether a client's certificate may be believed. A chain as it was shown comes in, facts about its
// owner or the reason of a refusal go out. All of it happens off the event loop: what computes on the pool of the
// process, what waits for the network on threads of its own. The room opens no connection itself (see fetcher.hpp) and
// does not know what a user is.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/worker_pool.hpp"
#include "identity/certificate_facts.hpp"
#include "pki/certificate_path.hpp"
#include "pki/flights.hpp"
#include "pki/revocation.hpp"

namespace sallyport::pki {

// What becomes of a certificate of which nobody can say whether it is revoked (attack E7).
enum class UndeterminedAction : std::uint8_t { reject, log, ignore };

// What verifiers share, from one reload to the next. The pools, this one and that of the flights, must be destroyed before
// the loops of those who call verify(), and what the observer uses after them.
struct VerifierCommons {
  async::WorkerPool& computes;
  std::shared_ptr<Flights> flights;
  std::shared_ptr<RevocationCaches> caches;
  std::shared_ptr<const Fetcher> fetcher;
  // Told, on any thread, what belongs into the event log: an id and a text.
  std::function<void(std::string_view id, const std::string& text)> observer;
};

struct VerifierOptions {
  std::string authorities_pem;
  std::string authorities_origin;  // for error messages: the file's name
  std::vector<std::string> crl_files;
  CertificateLimits limits;
  RevocationRules revocation;
  UndeterminedAction undetermined = UndeterminedAction::reject;
};

// Verifies the certificates that clients show, after the handshake: the chain up to an authority of the set-up, its use
// for TLS clients, then revocation of all of it but the authority. Immutable but for the shared caches, thread-safe.
class ClientVerifier {
 public:
  // Reads the CRL files. Errors: bad_config and those of files, each with the file and the reason.
  static Result<std::shared_ptr<const ClientVerifier>> make(const VerifierOptions& options, const VerifierCommons& commons);

  using Verdict = Judged<identity::CertificateFacts>;

  // What may be believed of the one who has shown this chain and has proved to have its key. The verifier has to stay
  // until then. Fetches from other servers end a second before the deadline at the latest, so that there is a verdict.
  async::Task<Verdict> verify(PresentedChain chain, async::Deadline deadline) const;

  // The same, and how it came to that.
  struct Examination {
    Verdict verdict;
    std::vector<std::string> steps;  // for a person
  };
  async::Task<Examination> examine(PresentedChain chain, async::Deadline deadline) const;

  // What is not wrong but may well be a mistake: CRLs in files that are from none of the authorities, or not current.
  std::vector<std::string> warnings(WallTime now) const;

 private:
  struct Core;
  struct Judgement;
  explicit ClientVerifier(std::shared_ptr<const Core> core) : core_(std::move(core)) {}

  const std::shared_ptr<const Core> core_;
};

}  // namespace sallyport::pki
