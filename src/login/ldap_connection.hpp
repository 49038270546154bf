#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/credential.hpp"
#include "login/ldap_socket.hpp"

struct ldap;  // libldap's LDAP

namespace sallyport::login {

// How to reach one server.
struct LdapLink {
  LdapAddress address;
  bool start_tls = true;  // of ldap:// only
  std::string ca_file;    // PEM; empty: the system's
};

struct LdapQuery {
  std::string base;
  enum class Scope : std::uint8_t { entry, subtree } scope = Scope::subtree;
  std::string filter;
  std::vector<std::string> attributes;
  int most = 1000;  // entries
};

struct LdapEntry {
  std::string dn;
  std::vector<identity::Attribute> attributes;

  // Empty if there is none.
  const std::vector<std::string>& values(std::string_view name) const;
};

struct LdapAnswer {
  std::vector<LdapEntry> entries;
  bool is_complete = true;  // false: there are more than were asked for
};

// One connection to one server. Every call blocks, at most until about the time it is given. After an error of the
// connection itself nothing is sent on it any more, so that nothing goes out over a connection that libldap has opened
// again behind our back, without TLS. Not thread-safe.
//
// Referrals are not followed. Options are set for this connection alone, and all that matter are set, so that neither
// ldap.conf(5) nor the environment has a say.
class LdapConnection {
 public:
  // Connected, and over TLS unless the link says otherwise: the server's certificate has come from one of the
  // authorities and is for the URL's host. Errors: those of connect_to; tls; timeout; unavailable.
  static Result<std::unique_ptr<LdapConnection>> open(const LdapLink& link, TimePoint end);
  ~LdapConnection();
  LdapConnection(const LdapConnection&) = delete;
  LdapConnection& operator=(const LdapConnection&) = delete;

  // A simple bind (RFC 4513 section 5.1.3). False: this is not the password, there is no such entry, or it must not log
  // in. Neither may be empty. Errors: timeout, reset, unavailable.
  Result<bool> bind(const std::string& dn, const Secret& password, TimePoint end);

  // Errors: not_found (no entry of the base's name); timeout, reset, unavailable.
  Result<LdapAnswer> search(const LdapQuery& query, TimePoint end);

  // Puts one value of an attribute in the place of another one, in one step; either may be empty, but not both: then the
  // value is added, or removed. Errors: denied, if the server does not let us, or the entry is not as it was thought to
  // be; not_found; timeout, reset, unavailable.
  Result<> change_value(const std::string& dn, const std::string& attribute, const Secret& before, const Secret& after,
                        TimePoint end);

  // Whether the connection can carry another request: no error so far, and the server has not hung up.
  bool is_usable() const;

 private:
  LdapConnection(ldap* handle, int fd, const LdapLink& link);
  Result<> start_tls(const LdapLink& link, TimePoint end);
  Result<> install_tls(const LdapLink& link, TimePoint end);
  bool is_as_opened() const;
  Error failure(int code, const std::string& doing);
  struct Message;
  Result<Message> wait_for(int request, TimePoint end, const std::string& doing);

  ldap* handle_;
  int fd_;  // libldap's
  std::string url_;
  bool is_private_ = false;  // over TLS, or on this machine
  bool is_broken_ = false;
};

}  // namespace sallyport::login
