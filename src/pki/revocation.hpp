#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pki/certificate_path.hpp"
#include "pki/crl_files.hpp"
#include "pki/evidence_cache.hpp"
#include "pki/fetcher.hpp"
#include "pki/flights.hpp"
#include "pki/ocsp.hpp"

namespace sallyport::pki {

inline WallTime this_update_of(const CrlPtr& crl) { return crl->this_update(); }
inline WallTime this_update_of(const OcspStatus& status) { return status.this_update; }

// Where word of revocation is looked for, and what it is worth.
struct RevocationRules {
  bool use_crl_points = true;  // of certificates
  bool use_ocsp = true;
  std::string ocsp_url;     // in place of the certificates' own; empty: theirs
  std::string ldap_server;  // URL without a name; CRLs are in the entries of their issuers; empty: none
  OcspRules ocsp;
  Duration skew = std::chrono::minutes(5);
  Duration crl_lifetime = std::chrono::hours(1);
  Duration ocsp_lifetime = std::chrono::minutes(5);
  Duration retry_interval = std::chrono::seconds(30);
  Duration fetch_timeout = std::chrono::seconds(5);
  std::size_t max_crl = 10 * 1024 * 1024;
  std::size_t max_ocsp = 20480;
};

// What was fetched, whoever wanted it: an entry's name has its source and the issuer whose signature was checked, so that
// it is as good under other settings. One for a process; thread-safe.
struct RevocationCaches {
  EvidenceCache<CrlPtr> crls;
  EvidenceCache<OcspStatus> answers;
};

// Tells, of a certificate and its issuer, how it stands (RFC 5280 section 6.3, RFC 6960). A file's word "revoked" counts
// at once. Otherwise OCSP is asked first, then CRLs: of files, of the certificate's distribution points, of the
// directory; the first that gives an answer ends it. What an inquiry finds is in the caches afterwards. Immutable but for the caches, thread-safe.
class Revocation : public std::enable_shared_from_this<Revocation> {
 public:
  Revocation(RevocationRules rules, std::shared_ptr<CrlFiles> files, std::shared_ptr<RevocationCaches> caches,
             std::shared_ptr<const Fetcher> fetcher);

  enum class Standing : std::uint8_t { good, revoked, undetermined, unasked };
  struct Finding {
    Standing standing = Standing::undetermined;
    std::string detail;               // the source that has told, or why none could
    std::optional<Inquiry> inquiry;   // with `unasked`: what comes next
    std::vector<Inquiry> refreshing;  // what may be asked again in the background
  };
  // `asked`: keys of inquiries that were made for this verification already, and are not made again. Never waits.
  Finding look(const CertificatePtr& certificate, const CertificatePtr& issuer, const std::set<std::string>& asked,
               WallTime now) const;

  // What has changed in files since the last call, for the log.
  std::vector<std::string> look_at_files() const;
  const RevocationRules& rules() const { return rules_; }

 private:
  struct Look;
  void look_into_files(Look& look) const;
  void look_at_responders(Look& look) const;
  void look_at_crls(Look& look) const;
  void look_at_crl(Look& look, const std::string& url, bool is_configured) const;
  void ask_responder(const std::string& key, FetchRequest request, const std::string& nonce,
                     const CertificatePtr& certificate, const CertificatePtr& issuer) const;
  void ask_for_crl(const std::string& key, const FetchRequest& request, const CertificatePtr& certificate,
                   const CertificatePtr& issuer) const;

  const RevocationRules rules_;
  const std::shared_ptr<CrlFiles> files_;  // null: none
  const std::shared_ptr<RevocationCaches> caches_;
  const std::shared_ptr<const Fetcher> fetcher_;
};

}  // namespace sallyport::pki
