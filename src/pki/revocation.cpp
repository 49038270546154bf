#include "pki/revocation.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"

namespace sallyport::pki {
namespace {

constexpr std::size_t kNonceBytes = 16;

std::string quoted(const std::string& url) { return log_escaped(url, 200); }

TimePoint soon(Duration from_now) { return std::chrono::steady_clock::now() + from_now; }

}  // namespace

// One look at one certificate, as far as it has come.
struct Revocation::Look {
  const CertificatePtr& certificate;
  const CertificatePtr& issuer;
  const std::set<std::string>& asked;
  WallTime now;
  Finding finding;
  bool is_settled = false;
  bool has_source = false;
  std::string good_by_file;
  std::vector<std::string> reasons;  // why sources could not tell

  void settle(Standing standing, std::string detail) {
    finding.standing = standing;
    finding.detail = std::move(detail);
    is_settled = true;
  }
  void want(Inquiry inquiry) {
    finding.standing = Standing::unasked;
    finding.inquiry = std::move(inquiry);
    is_settled = true;
  }
  // Whether the source has to be asked before `found` counts; looks to its being asked at all.
  template <class Found>
  bool waits_for(const Found& found, Inquiry inquiry) {
    if (found.must_ask && !asked.contains(inquiry.key)) {
      want(std::move(inquiry));
      return true;
    }
    if (found.should_ask && !asked.contains(inquiry.key)) finding.refreshing.push_back(std::move(inquiry));
    return false;
  }
};

Revocation::Revocation(RevocationRules rules, std::shared_ptr<CrlFiles> files, std::shared_ptr<RevocationCaches> caches,
                       std::shared_ptr<const Fetcher> fetcher)
    : rules_(std::move(rules)), files_(std::move(files)), caches_(std::move(caches)), fetcher_(std::move(fetcher)) {}

std::vector<std::string> Revocation::look_at_files() const {
  return files_ ? files_->look_again(std::chrono::steady_clock::now()) : std::vector<std::string>();
}

Revocation::Finding Revocation::look(const CertificatePtr& certificate, const CertificatePtr& issuer,
                                     const std::set<std::string>& asked, WallTime now) const {
  Look look{certificate, issuer, asked, now, Finding(), false, false, std::string(), {}};
  look_into_files(look);
  if (!look.is_settled) look_at_responders(look);
  if (!look.is_settled && !look.good_by_file.empty()) look.settle(Standing::good, look.good_by_file);
  if (!look.is_settled) look_at_crls(look);
  if (look.is_settled) return std::move(look.finding);
  if (!look.has_source && look.reasons.empty()) {
    look.settle(Standing::good, "nothing to check: no source is configured, and it names none");
    return std::move(look.finding);
  }
  std::string why;
  for (const std::string& reason : look.reasons) why += (why.empty() ? "" : "; ") + reason;
  look.settle(Standing::undetermined, why.empty() ? "no source says anything of it" : why);
  return std::move(look.finding);
}

void Revocation::look_into_files(Look& look) const {
  if (!files_) return;
  look.has_source = true;
  bool is_for_issuer = false;
  for (const CrlFiles::List& list : files_->lists()) {
    const Crl& crl = *list.crl;
    if (crl.issuer_der() != look.issuer->subject_der()) continue;
    is_for_issuer = true;
    Result<> fine = crl.check_signer(*look.issuer);
    if (fine) fine = crl.check_scope(*look.certificate);
    // What an old list names is revoked all the same.
    if (fine && crl.lists(*look.certificate)) return look.settle(Standing::revoked, "CRL " + list.path);
    if (fine) fine = crl.check_time(look.now, rules_.skew);
    if (fine) {
      look.good_by_file = "CRL " + list.path;
    } else {
      look.reasons.push_back(list.path + ": " + fine.error().detail);
    }
  }
  if (!is_for_issuer) look.reasons.push_back("no crl-file is from its issuer");
}

void Revocation::look_at_responders(Look& look) const {
  if (!rules_.use_ocsp) return;
  const bool is_configured = !rules_.ocsp_url.empty();
  std::vector<std::string> urls = look.certificate->pointers().responders;
  if (is_configured) urls.assign(1, rules_.ocsp_url);
  for (const std::string& url : urls) {
    look.has_source = true;
    const bool wants_nonce = rules_.ocsp.nonce != OcspNonce::none;
    // An answer that was got under a milder rule does not count under a stricter one.
    const std::string key = "ocsp " + std::to_string(static_cast<int>(rules_.ocsp.nonce)) + ' ' +
                            look.issuer->fingerprint() + ' ' + look.certificate->fingerprint() + ' ' + url;
    const auto found = caches_->answers.find(key, look.now);
    const auto ask = [self = shared_from_this(), key, url, is_configured, wants_nonce, certificate = look.certificate,
                      issuer = look.issuer] {
      const std::string nonce = wants_nonce ? crypto::random_bytes(kNonceBytes) : std::string();
      FetchRequest request;
      request.url = url;
      request.max_bytes = self->rules_.max_ocsp;
      request.is_configured = is_configured;
      self->ask_responder(key, request, nonce, certificate, issuer);
    };
    if (look.waits_for(found, Inquiry{key, ask})) return;
    if (found.value && found.value->kind == OcspStatus::Kind::revoked) {
      return look.settle(Standing::revoked, "OCSP " + quoted(url));
    }
    if (found.value && look.now < found.value->ends) return look.settle(Standing::good, "OCSP " + quoted(url));
    look.reasons.push_back(quoted(url) + ": " + (found.failure.empty() ? "no answer in time" : found.failure));
  }
}

void Revocation::look_at_crls(Look& look) const {
  if (rules_.use_crl_points) {
    const RevocationPointers& pointers = look.certificate->pointers();
    for (const std::string& url : pointers.crls) {
      look.has_source = true;
      look_at_crl(look, url, false);
      if (look.is_settled) return;
    }
    if (pointers.names_others) look.reasons.push_back("it names a CRL in a way that is not supported");
  }
  if (rules_.ldap_server.empty()) return;
  look.has_source = true;
  // RFC 4523: the CRLs of an authority are attributes of its entry.
  look_at_crl(look, rules_.ldap_server + '/' + percent_encoded(look.certificate->issuer()) +
                        "?certificateRevocationList;binary,authorityRevocationList;binary?base", true);
}

void Revocation::look_at_crl(Look& look, const std::string& url, bool is_configured) const {
  const std::string key = std::string(is_configured ? "directory " : "crl ") + look.issuer->fingerprint() + ' ' +
                          (look.certificate->is_authority() ? "authorities " : "users ") + url;
  const auto found = caches_->crls.find(key, look.now);
  const auto ask = [self = shared_from_this(), key, url, is_configured, certificate = look.certificate,
                    issuer = look.issuer] {
    FetchRequest request;
    request.url = url;
    request.max_bytes = self->rules_.max_crl;
    request.is_configured = is_configured;
    self->ask_for_crl(key, request, certificate, issuer);
  };
  if (look.waits_for(found, Inquiry{key, ask})) return;
  std::string why = found.failure.empty() ? "no answer in time" : found.failure;
  if (found.value) {
    const Crl& crl = **found.value;
    Result<> fine = crl.check_scope(*look.certificate);
    if (fine && crl.lists(*look.certificate)) return look.settle(Standing::revoked, "CRL " + quoted(url));
    if (fine) fine = crl.check_time(look.now, rules_.skew);
    if (fine) return look.settle(Standing::good, "CRL " + quoted(url));
    why = fine.error().detail + (found.failure.empty() ? "" : "; " + found.failure);
  }
  look.reasons.push_back(quoted(url) + ": " + why);
}

void Revocation::ask_responder(const std::string& key, FetchRequest request, const std::string& nonce,
                               const CertificatePtr& certificate, const CertificatePtr& issuer) const {
  const auto give_up = [&](const Error& error) {
    caches_->answers.put_failure(key, error.to_string(), wall_now(), rules_.retry_interval);
  };
  auto body = ocsp_request(*certificate, *issuer, nonce);
  if (!body) return give_up(body.error());
  request.body = std::move(*body);
  const auto bytes = fetcher_->fetch(request, soon(rules_.fetch_timeout));
  if (!bytes) return give_up(bytes.error());
  if (bytes->empty()) return give_up(Error(Errc::malformed, "nothing came"));
  const WallTime now = wall_now();
  const auto status = judge_ocsp_answer(bytes->front(), *certificate, *issuer, nonce, rules_.ocsp, now);
  if (!status) return give_up(status.error());
  caches_->answers.put(key, *status, now, rules_.ocsp_lifetime, status->ends);
}

// A directory's entry may have several: the one for this kind of certificate, the newest of them.
void Revocation::ask_for_crl(const std::string& key, const FetchRequest& request, const CertificatePtr& certificate,
                             const CertificatePtr& issuer) const {
  const auto lists = fetcher_->fetch(request, soon(rules_.fetch_timeout));
  const WallTime now = wall_now();
  Error why = lists ? Error(Errc::not_found, "there is no CRL") : lists.error();
  CrlPtr best;
  for (const std::string& bytes : lists ? *lists : std::vector<std::string>()) {
    auto crls = read_crls(bytes);
    if (!crls) why = crls.error();
    for (const CrlPtr& crl : crls ? *crls : std::vector<CrlPtr>()) {
      Result<> fine = crl->check_signer(*issuer);
      if (fine) fine = crl->check_scope(*certificate);
      if (!fine) {
        why = fine.error();
      } else if (!best || best->this_update() < crl->this_update()) {
        best = crl;
      }
    }
  }
  if (best) {
    caches_->crls.put(key, best, now, rules_.crl_lifetime, best->next_update());
    const Result<> current = best->check_time(now, rules_.skew);
    if (current) return;
    why = current.error();
  }
  caches_->crls.put_failure(key, why.to_string(), now, rules_.retry_interval);
}

}  // namespace sallyport::pki
