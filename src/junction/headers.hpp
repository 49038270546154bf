// The header fields that go to a back end, and those that come back from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/field_names.hpp"
#include "http/message.hpp"
#include "identity/credential.hpp"
#include "junction/junction.hpp"
#include "junction/table.hpp"

namespace sallyport::junction {

// What is known of the client without asking it: from the connection, or from a proxy in front that is trusted.
struct ClientFacts {
  std::string_view address;     // IP address as text
  std::string_view request_id;  // as in the logs
  std::string_view scheme;      // "https" or "http"
  std::string_view authority;   // the host that was asked: CanonicalTarget::authority()
  std::uint16_t port = 0;       // of the client's connection; 0 if that is not known
};

// What a header of the stanza [header-names] can carry.
enum class Datum : std::uint8_t { server_name, client_ip_v4, client_ip_v6, client_port, host_name, junction_name };

// "server-name", "client-ip-v4" and so on. Error: bad_config, with the names that there are.
Result<Datum> datum_from(std::string_view name);

// What is the same for all requests of a server.
struct HeaderRules {
  http::ReservedNames reserved;                     // see reserved_names()
  std::vector<std::string> own_cookies;             // names of the proxy's own cookies
  std::vector<std::pair<Datum, std::string>> data;  // with the name of the header that carries each
  std::string server_name;                          // for Datum::server_name: "default-webseald-www.example"
  std::string host_name;                            // for Datum::host_name: "www.example"
  bool keep_server_field = false;                   // back ends may say what they are
};

// The names that say who the user is: iv-*, what external authenticators answer with (am-eai-*), and the reason of a
// denial. The names in HeaderRules::data have to be added to it.
http::ReservedNames reserved_names();

// The fields of the request for this server. First what the client sent passes the gate (http::RequestGate);
// cookies of the proxy go, unless the junction passes them on (-k), and so does Authorization unless it is ignored
// (-b ignore). Then everything that the proxy knows is written behind it: Host, the identity fields that the junction
// asks for, the client's address, Via, X-Forwarded-For, -Proto and -Host, and X-Request-ID. Nothing that a client
// sends can be taken for one of these. Fields of the body stay as they are.
http::Headers plan_request(const Route& route, const Server& server, const identity::Subject& subject,
                           const ClientFacts& client, const http::RequestHead& head, const HeaderRules& rules);

// Makes of the fields of the answer those for the browser: through the gate (http::ResponseGate), with places as the
// browser knows them (see outward.hpp), without foreign or planted cookies, without challenges that nobody here would
// answer (WWW-Authenticate, unless -b ignore), and without what would let one junction rule over the others. What had to
// be written anew comes last.
void plan_response(const Junction& junction, const Server& server, const HeaderRules& rules, http::Headers& fields);

// A name as it stands in an identity field: UTF-8, everything but letters, digits and harmless punctuation as %XX. A
// comma, a quote, '%' and white space are never left, so that a list of them has one reading.
std::string encoded_identity(std::string_view name);

}  // namespace sallyport::junction
