// Subjects and requests for tests.
#pragma once

#include <memory>
#include <string>

#include "http/target.hpp"
#include "identity/credential.hpp"

namespace sallyport::session {

inline identity::Subject sample_subject(std::string user, int level = 1) {
  identity::CredentialFields fields;
  fields.user = std::move(user);
  fields.method = "password";
  fields.level = level;
  return identity::Subject(identity::Credential::make(std::move(fields)).value());
}

inline http::RequestHead sample_head(std::string method, std::string target, std::string host = "app.example") {
  http::RequestHead head;
  head.method = std::move(method);
  head.target = std::move(target);
  head.headers.add("Host", host);
  return head;
}

inline http::CanonicalTarget sample_target(const http::RequestHead& head) {
  return http::canonicalize(head, http::TargetRules{}).value();
}

}  // namespace sallyport::session
