#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "crypto/gnutls_owner.hpp"
#include "identity/certificate_facts.hpp"
#include "pki/certificate_fault.hpp"

namespace sallyport::pki {

struct PresentedChain {
  std::vector<std::string> certificates;  // DER, the client's own first; not verified
};

class ClientVerifier {
 public:
  explicit ClientVerifier(std::string trust_pem) : trust_pem_(std::move(trust_pem)) {}
  async::Task<tl::expected<identity::CertificateFacts, CertificateRefusal>> verify(PresentedChain chain,
                                                                                  async::Deadline deadline) const;

 private:
  std::string trust_pem_;
};

}  // namespace sallyport::pki
