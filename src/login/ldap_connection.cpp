#include "login/ldap_connection.hpp"

#include <ldap.h>
#include <openldap.h>
#include <poll.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/text.hpp"

namespace sallyport::login {
namespace {

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";  // libldap knows no system trust
constexpr ber_len_t kMostAnswer = 8 * 1024 * 1024;                                // bytes of one message

timeval time_until(TimePoint end) {
  const auto left = std::chrono::ceil<std::chrono::microseconds>(end - std::chrono::steady_clock::now()).count();
  if (left <= 0) return timeval{0, 1};
  return timeval{static_cast<time_t>(left / 1'000'000), static_cast<suseconds_t>(left % 1'000'000)};
}

// What libldap does at its first use is not safe in several threads at once.
void prepare_library() {
  static std::once_flag done;
  std::call_once(done, [] {
    LDAP* handle = nullptr;
    if (ldap_create(&handle) != LDAP_SUCCESS) return;
    const int client = 0;
    ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client);
    ldap_unbind_ext(handle, nullptr, nullptr);
  });
}

std::string authorities_of(const LdapLink& link) {
  return link.ca_file.empty() ? kSystemAuthorities : link.ca_file;
}

bool set_number(LDAP* handle, int option, int value) {
  return ldap_set_option(handle, option, &value) == LDAP_OPT_SUCCESS;
}

// Everything that ldap.conf(5) could have set otherwise.
bool set_options(LDAP* handle, const LdapLink& link) {
  const std::string ca_file = authorities_of(link);
  ber_len_t most = kMostAnswer;
  Sockbuf* socket = nullptr;
  bool fine = ldap_get_option(handle, LDAP_OPT_SOCKBUF, &socket) == LDAP_OPT_SUCCESS && socket != nullptr &&
              ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &most) == 1;
  fine = fine && set_number(handle, LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3);
  fine = fine && ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS;
  fine = fine && ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON) == LDAP_OPT_SUCCESS;
  fine = fine && ldap_set_option(handle, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON) == LDAP_OPT_SUCCESS;
  fine = fine && set_number(handle, LDAP_OPT_DEREF, LDAP_DEREF_NEVER);
  fine = fine && set_number(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND);
  fine = fine && set_number(handle, LDAP_OPT_X_TLS_REQUIRE_SAN, LDAP_OPT_X_TLS_TRY);
  fine = fine && ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTDIR, nullptr) == LDAP_OPT_SUCCESS;
  fine = fine && ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, ca_file.c_str()) == LDAP_OPT_SUCCESS;
  fine = fine && ldap_set_option(handle, LDAP_OPT_X_TLS_CERTFILE, nullptr) == LDAP_OPT_SUCCESS;
  fine = fine && ldap_set_option(handle, LDAP_OPT_X_TLS_KEYFILE, nullptr) == LDAP_OPT_SUCCESS;
  fine = fine && ldap_set_option(handle, LDAP_OPT_X_TLS_CIPHER_SUITE, nullptr) == LDAP_OPT_SUCCESS;
  return fine;
}

// What a bind can be answered with that says something about the account, and not about the server.
bool is_refusal(int code) {
  switch (code) {
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_INAPPROPRIATE_AUTH:  // the entry has no password
    case LDAP_NO_SUCH_OBJECT:
    case LDAP_INVALID_DN_SYNTAX:
    case LDAP_UNWILLING_TO_PERFORM:  // a locked account, in some directories
    case LDAP_CONSTRAINT_VIOLATION:  // likewise
    case LDAP_INSUFFICIENT_ACCESS:
      return true;
    default:
      return false;
  }
}

Errc errc_of_ldap(int code) {
  switch (code) {
    case LDAP_SERVER_DOWN:
      return Errc::reset;
    case LDAP_TIMEOUT:
      return Errc::timeout;
    case LDAP_CONNECT_ERROR:
      return Errc::tls;
    case LDAP_NO_SUCH_OBJECT:
      return Errc::not_found;
    default:
      return Errc::unavailable;
  }
}

// Adds the values to those that an earlier attribute of the same name had: RFC 4511 section 4.5.2 has each name once,
// but not every server does, and a value that is overlooked may be the one that tells.
void add_values(LdapEntry& entry, std::string_view name, const berval* values) {
  const auto is_it = [&](const identity::Attribute& a) { return equal_ignoring_case(a.name, name); };
  auto found = std::find_if(entry.attributes.begin(), entry.attributes.end(), is_it);
  if (found == entry.attributes.end()) {
    found = entry.attributes.insert(found, identity::Attribute{std::string(name), {}});
  }
  for (; values != nullptr && values->bv_val != nullptr; ++values) {
    found->values.emplace_back(values->bv_val, values->bv_len);
  }
}

// Nothing, if it is broken: half an entry is none.
std::optional<LdapEntry> read_entry(LDAP* handle, LDAPMessage* message) {
  BerElement* raw = nullptr;
  berval text{};
  if (ldap_get_dn_ber(handle, message, &raw, &text) != LDAP_SUCCESS) return std::nullopt;
  const auto release = [](BerElement* element) { ber_free(element, 0); };
  const std::unique_ptr<BerElement, decltype(release)> element(raw, release);
  LdapEntry entry;
  entry.dn.assign(text.bv_val, text.bv_len);
  for (;;) {
    berval* values = nullptr;
    if (ldap_get_attribute_ber(handle, message, element.get(), &text, &values) != LDAP_SUCCESS) return std::nullopt;
    if (text.bv_val == nullptr) return entry;
    add_values(entry, std::string_view(text.bv_val, text.bv_len), values);
    ber_memfree(values);
  }
}

}  // namespace

// An answer of the server, all of it, with its result code.
struct LdapConnection::Message {
  std::unique_ptr<LDAPMessage, decltype(&ldap_msgfree)> chain{nullptr, &ldap_msgfree};
  int code = 0;
  std::string text;  // the server's explanation
};

const std::vector<std::string>& LdapEntry::values(std::string_view name) const {
  static const std::vector<std::string> kNone;
  for (const identity::Attribute& attribute : attributes) {
    if (equal_ignoring_case(attribute.name, name)) return attribute.values;
  }
  return kNone;
}

LdapConnection::LdapConnection(ldap* handle, int fd, const LdapLink& link)
    : handle_(handle), fd_(fd), url_(link.address.url) {}

LdapConnection::~LdapConnection() {
  ldap_unbind_ext(handle_, nullptr, nullptr);
}

Result<std::unique_ptr<LdapConnection>> LdapConnection::open(const LdapLink& link, TimePoint end) {
  using Scheme = LdapAddress::Scheme;
  prepare_library();
  auto socket = connect_to(link.address, end);
  if (!socket) return fail(socket.error());
  LDAP* handle = nullptr;
  const bool is_local = link.address.scheme == Scheme::ldapi;
  const int protocol = is_local ? LDAP_PROTO_IPC : LDAP_PROTO_TCP;
  if (ldap_init_fd(socket->get(), protocol, link.address.url.c_str(), &handle) != LDAP_SUCCESS) {
    return fail(Errc::internal, "libldap does not take the connection to " + link.address.url);
  }
  std::unique_ptr<LdapConnection> connection(new LdapConnection(handle, socket->release(), link));
  if (!set_options(handle, link)) {
    return fail(Errc::internal, "libldap does not take the options for " + link.address.url);
  }
  if (link.address.scheme == Scheme::ldaps) {
    if (const Result<> tls = connection->install_tls(link, end); !tls) return fail(tls.error());
  } else if (link.address.scheme == Scheme::ldap && link.start_tls) {
    if (const Result<> tls = connection->start_tls(link, end); !tls) return fail(tls.error());
  }
  return connection;
}

Result<> LdapConnection::start_tls(const LdapLink& link, TimePoint end) {
  int request = 0;
  const int code = ::ldap_start_tls(handle_, nullptr, nullptr, &request);
  if (code != LDAP_SUCCESS) return fail(failure(code, "StartTLS"));
  auto answer = wait_for(request, end, "StartTLS");
  if (!answer) return fail(answer.error());
  if (answer->code != LDAP_SUCCESS) {
    return fail(Errc::tls, url_ + ": StartTLS: " + ldap_err2string(answer->code), Side::directory);
  }
  return install_tls(link, end);
}

Result<> LdapConnection::install_tls(const LdapLink& link, TimePoint end) {
  const int client = 0;
  if (ldap_set_option(handle_, LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS) {
    return fail(Errc::tls, url_ + ": no TLS with the authorities of " + authorities_of(link));
  }
  const timeval limit = time_until(end);
  ldap_set_option(handle_, LDAP_OPT_NETWORK_TIMEOUT, &limit);
  const int code = ldap_install_tls(handle_);
  if (code != LDAP_SUCCESS || ldap_tls_inplace(handle_) != 1) {
    Error error = failure(code, "TLS handshake");
    // libldap does not tell what it did not like.
    if (error.code == Errc::tls) {
      error.detail +=
          "; the server's certificate has to come from " + authorities_of(link) + " and to be for " + link.address.host;
    }
    return fail(std::move(error));
  }
  // Looked at afterwards, because libldap loses memory with each connection that has a cipher suite of its own.
  char* version = nullptr;
  ldap_get_option(handle_, LDAP_OPT_X_TLS_VERSION, &version);
  const std::string spoken = version != nullptr ? version : "nothing";
  ldap_memfree(version);
  if (spoken != "TLS1.2" && spoken != "TLS1.3") {
    return fail(Errc::tls, url_ + ": the server speaks " + spoken + ", and TLS 1.2 is the least that is taken",
                Side::directory);
  }
  is_private_ = true;
  return Result<>();
}

Error LdapConnection::failure(int code, const std::string& doing) {
  is_broken_ = true;
  std::string detail = url_ + ": " + doing + ": " + ldap_err2string(code);
  char* text = nullptr;
  if (ldap_get_option(handle_, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text) == LDAP_OPT_SUCCESS && text != nullptr) {
    if (*text != '\0' && std::string_view(text).find("unknown error") == std::string_view::npos)
      detail += " (" + log_escaped(text, 300) + ")";
    ldap_memfree(text);
  }
  return Error(errc_of_ldap(code), std::move(detail), Side::directory);
}

bool LdapConnection::is_as_opened() const {
  int fd = -1;
  if (is_broken_ || ldap_get_option(handle_, LDAP_OPT_DESC, &fd) != LDAP_OPT_SUCCESS || fd != fd_) return false;
  return !is_private_ || ldap_tls_inplace(handle_) == 1;
}

bool LdapConnection::is_usable() const {
  if (!is_as_opened()) return false;
  // Nothing is outstanding: whatever arrives is a farewell.
  pollfd watched{fd_, POLLIN, 0};
  return poll(&watched, 1, 0) == 0;
}

Result<LdapConnection::Message> LdapConnection::wait_for(int request, TimePoint end, const std::string& doing) {
  timeval limit = time_until(end);
  LDAPMessage* raw = nullptr;
  const int kind = ldap_result(handle_, request, LDAP_MSG_ALL, &limit, &raw);
  Message message;
  message.chain.reset(raw);
  if (kind == 0) return fail(failure(LDAP_TIMEOUT, doing));
  if (kind < 0) {
    int code = LDAP_SERVER_DOWN;
    ldap_get_option(handle_, LDAP_OPT_RESULT_CODE, &code);
    return fail(failure(code, doing));
  }
  char* text = nullptr;
  const int parsed = ldap_parse_result(handle_, raw, &message.code, nullptr, &text, nullptr, nullptr, 0);
  if (text != nullptr) {
    message.text = log_escaped(text, 300);
    ldap_memfree(text);
  }
  if (parsed != LDAP_SUCCESS) return fail(failure(parsed, doing));
  return message;
}

Result<bool> LdapConnection::bind(const std::string& dn, const Secret& password, TimePoint end) {
  const std::string doing = "bind as " + log_escaped(dn, 200);
  // The directory would take it for an anonymous bind, and say yes (attack G1).
  if (dn.empty() || password.empty()) return fail(Errc::internal, url_ + ": a bind without name or password");
  if (!is_as_opened()) return fail(Errc::reset, url_ + ": " + doing + ": the connection is gone", Side::directory);
  std::string bytes(password.reveal());
  berval credentials{bytes.size(), bytes.data()};
  int request = 0;
  const int code = ldap_sasl_bind(handle_, dn.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, &request);
  wipe(bytes);
  if (code != LDAP_SUCCESS) return fail(failure(code, doing));
  const auto answer = wait_for(request, end, doing);
  if (!answer) return fail(answer.error());
  if (answer->code == LDAP_SUCCESS) return true;
  if (is_refusal(answer->code)) return false;
  return fail(Errc::unavailable, url_ + ": " + doing + ": " + ldap_err2string(answer->code) + " " + answer->text,
              Side::directory);
}

Result<> LdapConnection::change_value(const std::string& dn, const std::string& attribute, const Secret& before,
                                      const Secret& after, TimePoint end) {
  const std::string doing = "changing " + attribute + " of " + log_escaped(dn, 200);
  if (!is_as_opened()) return fail(Errc::reset, url_ + ": " + doing + ": the connection is gone", Side::directory);
  struct Step {
    std::string bytes;
    berval value{};
    berval* values[2]{};
    LDAPMod mod{};
  };
  Step steps[2];
  LDAPMod* mods[3]{};
  std::size_t count = 0;
  for (const Secret* const secret : {&before, &after}) {
    if (secret->empty()) continue;
    Step& step = steps[count];
    step.bytes = secret->reveal();
    step.value = {step.bytes.size(), step.bytes.data()};
    step.values[0] = &step.value;
    step.mod.mod_op = (secret == &before ? LDAP_MOD_DELETE : LDAP_MOD_ADD) | LDAP_MOD_BVALUES;
    step.mod.mod_type = const_cast<char*>(attribute.c_str());
    step.mod.mod_vals.modv_bvals = step.values;
    mods[count++] = &step.mod;
  }
  int request = 0;
  const int code = ldap_modify_ext(handle_, dn.c_str(), mods, nullptr, nullptr, &request);
  for (Step& step : steps) wipe(step.bytes);
  if (code != LDAP_SUCCESS) return fail(failure(code, doing));
  const auto answer = wait_for(request, end, doing);
  if (!answer) return fail(answer.error());
  if (answer->code == LDAP_SUCCESS) return Result<>();
  const std::string why = url_ + ": " + doing + ": " + ldap_err2string(answer->code) + " " + answer->text;
  switch (answer->code) {
    case LDAP_NO_SUCH_OBJECT: return fail(Errc::not_found, why, Side::directory);
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
    case LDAP_OTHER: return fail(Errc::unavailable, why, Side::directory);
    default: return fail(Errc::denied, why, Side::directory);
  }
}

Result<LdapAnswer> LdapConnection::search(const LdapQuery& query, TimePoint end) {
  const std::string doing = "search below " + log_escaped(query.base, 200);
  if (!is_as_opened()) return fail(Errc::reset, url_ + ": " + doing + ": the connection is gone", Side::directory);
  std::vector<char*> wanted;
  for (const std::string& name : query.attributes) wanted.push_back(const_cast<char*>(name.c_str()));
  if (wanted.empty()) wanted.push_back(const_cast<char*>(LDAP_NO_ATTRS));
  wanted.push_back(nullptr);
  timeval limit = time_until(end);
  const int scope = query.scope == LdapQuery::Scope::entry ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE;
  int request = 0;
  const int code = ldap_search_ext(handle_, query.base.c_str(), scope, query.filter.c_str(), wanted.data(), 0, nullptr,
                                   nullptr, &limit, query.most, &request);
  if (code != LDAP_SUCCESS) return fail(failure(code, doing));
  const auto message = wait_for(request, end, doing);
  if (!message) return fail(message.error());
  if (message->code != LDAP_SUCCESS && message->code != LDAP_SIZELIMIT_EXCEEDED) {
    return fail(errc_of_ldap(message->code),
                url_ + ": " + doing + ": " + ldap_err2string(message->code) + " " + message->text, Side::directory);
  }
  LdapAnswer answer;
  answer.is_complete = message->code == LDAP_SUCCESS;
  for (LDAPMessage* entry = ldap_first_entry(handle_, message->chain.get()); entry != nullptr;
       entry = ldap_next_entry(handle_, entry)) {
    auto read = read_entry(handle_, entry);
    if (!read) return fail(failure(LDAP_DECODING_ERROR, doing));
    answer.entries.push_back(std::move(*read));
  }
  return answer;
}

}  // namespace sallyport::login
