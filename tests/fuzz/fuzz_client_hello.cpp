// The ClientHello, before GnuTLS reads it: every input gets a verdict within the limit, which more bytes do not change;
// what its extensions say holds what texts of theirs may hold.
#include <algorithm>

#include "check.hpp"
#include "tls/client_hello.hpp"

using namespace sallyport;
using namespace sallyport::tls;

FUZZ_TARGET(client_hello) {
  const std::string_view input = fuzz::text_of(data, size);
  const std::optional<bool> whole = may_offer_post_handshake_auth(input);
  fuzz::Cuts cuts(input);
  for (std::size_t taken = 0; taken < input.size(); taken += cuts.next(input.size() - taken)) {
    const std::optional<bool> part = may_offer_post_handshake_auth(input.substr(0, taken));
    fuzz::check(!part || part == whole, "more bytes change no verdict");
  }
  fuzz::check(whole || input.size() < kMostHelloBytes, "the limit holds");
  const HelloExtensions hello = extensions_of(input.substr(std::min<std::size_t>(9, input.size())));
  fuzz::check(hello.server_name.size() <= input.size() && hello.ticket.size() <= input.size(), "nothing is made up");
  return 0;
}
