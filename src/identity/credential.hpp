// identity: who somebody is. A Credential is what a login proved; a Subject is a Credential or nobody.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::identity {

struct Credential {
  std::string user;
  std::string dn;
  std::vector<std::string> groups;
  std::string method;
  int level = 1;
  std::vector<std::pair<std::string, std::string>> attributes;
};

class Subject {
 public:
  Subject() = default;
  explicit Subject(std::shared_ptr<const Credential> credential) : credential_(std::move(credential)) {}
  bool is_anonymous() const { return credential_ == nullptr; }
  const Credential* credential() const { return credential_.get(); }

 private:
  std::shared_ptr<const Credential> credential_;
};

}  // namespace sallyport::identity
