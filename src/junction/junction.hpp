// junction: which back end is mounted where, and what it and the browser get to see of each other. Comes in: the
// canonical target, the subject, header fields. Goes out: a route, header fields, text. It owns the junction table, a
// value that never changes. It may not know connections, sessions or the decision about access: a route says what
// the object of that decision is called, nobody here makes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::junction {

// How a junction is found and what becomes of the path.
enum class Kind : std::uint8_t {
  standard,          // mounted at a path, which is taken off before the request goes on
  transparent_path,  // mounted at a path that the back end has too: nothing is taken off (-x)
  virtual_host,      // found by the host that the client asked for; the path stays as it is
};

// How the back end is reached (-t).
enum class Type : std::uint8_t { tcp, ssl };

// What an administrator said about a server; kept over a restart.
enum class OperationalState : std::uint8_t {
  online,
  throttled,  // serves only users whose session is older than the command
  offline,
};

// What becomes of the client's Authorization field (-b).
enum class BasicAuth : std::uint8_t { filter, ignore };

// One of the machines behind a junction; they must be replicas of each other.
struct Server {
  std::string uuid;          // 8-4-4-4-12 hexadecimal digits in lower case
  std::string host;          // name or address in lower case, IPv6 without brackets
  std::uint16_t port = 0;    // 1 to 65535
  std::string virtual_host;  // what goes into Host instead of host and port (-v); usually empty
  std::string dn;            // the subject that its certificate must have (-D); empty: its name is checked
  int priority = 9;          // 1 to 9, 9 is asked first
  OperationalState state = OperationalState::online;
  std::int64_t state_since = 0;  // when that was said, in seconds since 1970 UTC; 0: never, it began so

  friend bool operator==(const Server&, const Server&) = default;
};

// Which identity fields the back end gets (-c).
struct IdentityHeaders {
  bool user = false;    // iv-user
  bool dn = false;      // iv-user-l
  bool groups = false;  // iv-groups

  bool any() const { return user || dn || groups; }
  friend bool operator==(const IdentityHeaders&, const IdentityHeaders&) = default;
};

// A mounted back end. A plain value: `validate` says whether it is one that can be served.
struct Junction {
  Kind kind = Kind::standard;
  Type type = Type::tcp;
  std::string point;      // "/app", "/"; empty for virtual_host
  std::string label;      // name of a virtual host junction; empty for the others
  std::string authority;  // "app.example" or "app.example:8443" as clients write it; empty for the others
  std::vector<Server> servers;
  IdentityHeaders identity;
  bool client_address = false;  // iv-remote-address (-r)
  BasicAuth basic_auth = BasicAuth::filter;
  bool case_insensitive = false;       // the back end takes /A for /a (-i)
  bool session_cookie = false;         // the back end gets our session cookie (-k)
  bool preserve_cookie_names = false;  // -n
  bool http_2 = false;                 // to the servers: by ALPN, or with prior knowledge (--http2)
  std::vector<std::string> trailers;   // names of fields that go on from behind a body, either way (--trailers)
  std::string description;
  std::string ca_file;             // who vouches for the servers' certificates; empty: the system's list
  std::string client_certificate;  // what we show to the servers (-K); empty: nothing

  // The point, or the label: what commands call this junction.
  const std::string& name() const { return kind == Kind::virtual_host ? label : point; }
  friend bool operator==(const Junction&, const Junction&) = default;
};

// Checks everything that a junction must satisfy on its own, whoever wrote it: a command line or a file. The error
// (bad_config) is one line that says which part is wrong and why.
Result<void> validate(const Junction& junction);
Result<void> validate(const Server& server);

// A mount point: begins with '/', no empty, "." or ".." segment, no '/' at the end (except "/" itself), UTF-8 without
// control characters, none of `\ ; % ? # "`, not below "/pkms*", short enough for the name of its file (see
// xml_store.hpp).
Result<void> validate_point(std::string_view point);

// The name of a virtual host junction: 1 to 64 letters, digits, '.', '-' or '_', not beginning with '.' or '-'.
Result<void> validate_label(std::string_view label);

// What --trailers can hold: at most 64 names, each once in whatever spelling, none of which anybody reads from a head
// (see http::may_be_trailer()) or that says who the user is.
Result<void> validate_trailers(const std::vector<std::string>& names);

// A DNS name or an IP address.
bool is_host(std::string_view text);

// "host", "host:port", "[address]:port", in lower case, without ":443": the way CanonicalTarget::authority() is
// written. Error: bad_config.
Result<std::string> normalised_authority(std::string_view text);

bool is_uuid(std::string_view text);
// A version 4 UUID (RFC 9562 section 5.4) from 16 random bytes; missing bytes count as zero.
std::string uuid_from(std::string_view random_bytes);

// 80 for tcp, 443 for ssl.
std::uint16_t default_port(Type type);

// What the back end finds in Host if nothing else is said: host[:port], without the type's default port.
std::string authority_of(const Server& server, Type type);

// "tcp" and "ssl" as on the command line; "online", "throttled", "offline"; "filter", "ignore".
std::string_view name_of(Type type);
std::string_view name_of(OperationalState state);
std::string_view name_of(BasicAuth mode);

}  // namespace sallyport::junction
