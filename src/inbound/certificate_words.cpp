#include "inbound/certificate_words.hpp"

namespace sallyport::inbound {

std::string_view words_for(pki::CertificateFault fault) {
  using enum pki::CertificateFault;
  switch (fault) {
    case none_shown:
      return "No certificate was sent. Perhaps none was chosen, or there is none in this browser that fits. You can try "
             "again; if you are not asked this time, close the browser and open it again first.";
    case expired:
      return "Your certificate has expired. Ask for a new one, or choose another certificate.";
    case not_yet_valid:
      return "Your certificate is not valid yet. Choose another certificate, or try again later.";
    case unknown_issuer:
      return "Your certificate comes from an authority that is not accepted here. Choose another certificate.";
    case revoked:
      return "Your certificate has been revoked. Ask for a new one, or choose another certificate.";
    case undetermined:
      return "It could not be found out whether your certificate has been revoked. Please try again later.";
    case unavailable:
      return words::kUnavailable;
    case wrong_purpose:
    case is_authority:
      return "This certificate is not meant for signing in. Choose another certificate.";
    case unreadable:
    case too_large:
    case bad_name:
    case weak_signature:
    case weak_key:
    case unknown_extension:
    case name_constraint:
    case path_length:
    case invalid:
      break;
  }
  return "Your certificate cannot be accepted. Choose another certificate, or ask whoever gave it to you.";
}

}  // namespace sallyport::inbound
