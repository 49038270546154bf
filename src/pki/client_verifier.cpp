#include "pki/client_verifier.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sallyport::pki {
namespace {

constexpr auto kTimeForVerdict = std::chrono::seconds(1);
// Each round makes at least one inquiry for each certificate, and none is made twice.
constexpr int kMostRounds = 40;

}  // namespace

// What one look at a chain has come to: a verdict, or what has to be fetched first.
struct ClientVerifier::Judgement {
  Verdict verdict = refuse(CertificateFault::unavailable, "not judged");
  std::vector<std::string> steps;
  std::vector<Inquiry> wanted;  // empty: the verdict counts
  std::vector<Inquiry> refreshing;
};

// What jobs on the pools need; those that were given up may outlive the verifier.
struct ClientVerifier::Core {
  Core(const VerifierCommons& c, UndeterminedAction action, const CertificateLimits& l)
      : commons(c), undetermined(action), limits(l) {}

  Judgement judge(const PresentedChain& chain, const std::set<std::string>& asked, WallTime now) const;
  Judged<> judge_revocation(const CertificatePath& path, const std::set<std::string>& asked, WallTime now,
                            Judgement& into) const;

  const VerifierCommons commons;
  const UndeterminedAction undetermined;
  const CertificateLimits limits;
  std::shared_ptr<const TrustAnchors> anchors;
  std::shared_ptr<const Revocation> revocation;
  std::shared_ptr<CrlFiles> files;
};

Result<std::shared_ptr<const ClientVerifier>> ClientVerifier::make(const VerifierOptions& options,
                                                                   const VerifierCommons& commons) {
  auto core = std::make_shared<Core>(commons, options.undetermined, options.limits);
  auto anchors = TrustAnchors::make(options.authorities_pem, options.authorities_origin);
  if (!anchors) return fail(anchors.error());
  core->anchors = std::move(*anchors);
  if (!options.crl_files.empty()) {
    auto files = CrlFiles::open(options.crl_files, options.revocation.max_crl);
    if (!files) return fail(files.error().code, "crl-file: " + files.error().detail);
    core->files = std::move(*files);
  }
  core->revocation = std::make_shared<const Revocation>(options.revocation, core->files, commons.caches, commons.fetcher);
  return std::shared_ptr<const ClientVerifier>(new ClientVerifier(std::move(core)));
}

async::Task<ClientVerifier::Verdict> ClientVerifier::verify(PresentedChain chain, async::Deadline deadline) const {
  Examination examination = co_await examine(std::move(chain), deadline);
  co_return std::move(examination.verdict);
}

async::Task<ClientVerifier::Examination> ClientVerifier::examine(PresentedChain chain, async::Deadline deadline) const {
  const std::shared_ptr<const Core> core = core_;
  const auto shown = std::make_shared<const PresentedChain>(std::move(chain));
  std::set<std::string> asked;
  async::Deadline fetched = deadline;
  if (!deadline.is_never()) fetched = async::Deadline::at(deadline.when() - kTimeForVerdict);
  Examination out{refuse(CertificateFault::unavailable, "too many sources"), {}};
  for (int round = 0; round < kMostRounds; ++round) {
    const auto job = [core, shown, asked] { return core->judge(*shown, asked, wall_now()); };
    Result<Judgement> judgement = co_await core->commons.computes.run(job, deadline);
    if (!judgement) {
      out.verdict = refuse(CertificateFault::unavailable, judgement.error().to_string());
      co_return out;
    }
    for (Inquiry& inquiry : judgement->refreshing) core->commons.flights->start(std::move(inquiry));
    out.steps = std::move(judgement->steps);
    if (judgement->wanted.empty()) {
      out.verdict = std::move(judgement->verdict);
      co_return out;
    }
    for (const Inquiry& inquiry : judgement->wanted) asked.insert(inquiry.key);
    // What it has come to is in the caches; if nothing is, the next look says so.
    co_await core->commons.flights->join(std::move(judgement->wanted), fetched);
  }
  co_return out;
}

ClientVerifier::Judgement ClientVerifier::Core::judge(const PresentedChain& chain, const std::set<std::string>& asked,
                                                      WallTime now) const {
  Judgement out;
  if (asked.empty()) {
    for (const std::string& change : revocation->look_at_files()) commons.observer("certificate-crl-file", change);
  }
  const auto path = verify_path(chain, *anchors, limits, now);
  if (!path) {
    out.verdict = tl::unexpected(path.error());
    return out;
  }
  std::string way;
  for (const CertificatePtr& one : *path) way += (way.empty() ? "" : " <- ") + log_escaped(one->subject(), 200);
  out.steps.push_back("path: " + way);
  out.verdict = path->front()->facts();
  if (!out.verdict) return out;
  const auto fine = judge_revocation(*path, asked, now, out);
  if (!fine) out.verdict = tl::unexpected(fine.error());
  return out;
}

// A certificate that is revoked ends it, whatever else there is to ask.
Judged<> ClientVerifier::Core::judge_revocation(const CertificatePath& path, const std::set<std::string>& asked,
                                                WallTime now, Judgement& into) const {
  using Standing = Revocation::Standing;
  std::string undetermined_ones;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    auto finding = revocation->look(path[i], path[i + 1], asked, now);
    const std::string name = log_escaped(path[i]->subject(), 200);
    for (Inquiry& inquiry : finding.refreshing) into.refreshing.push_back(std::move(inquiry));
    if (finding.standing == Standing::unasked) {
      into.wanted.push_back(std::move(*finding.inquiry));
      continue;
    }
    if (finding.standing == Standing::good) into.steps.push_back("revocation: " + name + ": good (" + finding.detail + ")");
    if (finding.standing == Standing::revoked) {
      into.steps.push_back("revocation: " + name + ": revoked (" + finding.detail + ")");
      into.wanted.clear();
      return refuse(CertificateFault::revoked, name + ": " + finding.detail);
    }
    if (finding.standing != Standing::undetermined) continue;
    into.steps.push_back("revocation: " + name + ": undetermined (" + finding.detail + ")");
    undetermined_ones += (undetermined_ones.empty() ? "" : "; ") + name + ": " + finding.detail;
  }
  if (!into.wanted.empty() || undetermined_ones.empty()) return Judged<>();
  if (undetermined == UndeterminedAction::reject) return refuse(CertificateFault::undetermined, undetermined_ones);
  if (undetermined == UndeterminedAction::log) {
    commons.observer("certificate-revocation-undetermined", "accepted all the same: " + undetermined_ones);
  }
  return Judged<>();
}

std::vector<std::string> ClientVerifier::warnings(WallTime now) const {
  std::vector<std::string> out;
  if (!core_->files) return out;
  for (const CrlFiles::List& list : core_->files->lists()) {
    const auto& anchors = core_->anchors->all();
    const auto is_issuer = [&](const CertificatePtr& one) { return one->subject_der() == list.crl->issuer_der(); };
    const auto issuer = std::find_if(anchors.begin(), anchors.end(), is_issuer);
    if (issuer == anchors.end()) {
      out.push_back("crl-file: " + list.path + ": this CRL is from none of the authorities of client-ca-file; it counts for an "
                                "authority below them only");
    } else if (const Result<> signed_by = list.crl->check_signer(**issuer); !signed_by) {
      out.push_back("crl-file: " + list.path + ": " + signed_by.error().detail);
    }
    if (const Result<> current = list.crl->check_time(now, core_->revocation->rules().skew); !current) {
      out.push_back("crl-file: " + list.path + ": " + current.error().detail);
    }
  }
  return out;
}

}  // namespace sallyport::pki
