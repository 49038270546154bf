#include "config/checks.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

using enum SettingType;
using enum TakesEffect;

constexpr SettingSpec kRows[] = {
    {.stanza = "interfaces",
     .key = "name",
     .type = text,
     .field = field<&Settings::interfaces>,
     .key_form = {is_instance_name, "at most 64 letters, digits, dots, hyphens and underscores, a letter or digit first"},
     .takes_effect = restart,
     .summary = "An interface that is listened on besides that of [server].",
     .paragraph =
         "Its properties are written property=value, with a semicolon between them. https-port and http-port are TCP "
         "ports; one of them has to be there. network-interface is an address to listen on; without it the interface has "
         "those of [server] network-interface. accept-client-certs says for this interface what [certificate] "
         "accept-client-certs says for the others, and counts in its place; without it that one counts. A host that has "
         "a line in [accept-client-certs] has its own rule by every interface. A request over HTTP is redirected to the "
         "https-port of its interface, or to that of [server] if it has none. Sessions of users are the same by all "
         "interfaces, for browsers do not tell the ports of a host apart; sessions of TLS are not resumed by another "
         "interface. Virtual host junctions are found by host and port. A changed accept-client-certs counts for new "
         "connections after a reload, and requests by older ones are answered by 421 where that matters. In WebSEAL an "
         "interface without network-interface has all addresses, one without accept-client-certs asks for none, and there "
         "are more properties.",
     .example = "partners = network-interface=192.0.2.11;https-port=443;accept-client-certs=required"},
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const SettingSpec> interface_rows() {
  return kRows;
}

}  // namespace sallyport::config
