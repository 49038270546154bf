// The PROXY protocol: who reads what is asked for ends at the header's end and finds what the whole gives.
#include "check.hpp"
#include "net/proxy_header.hpp"

using namespace sallyport;
using namespace sallyport::net;

FUZZ_TARGET(proxy_header) {
  const std::string_view input = fuzz::text_of(data, size);
  const Result<ProxyHeader> whole = parse_proxy_header(input);
  fuzz::Cuts cuts(input);
  std::size_t taken = 0;
  for (;;) {
    const Result<ProxyHeader> part = parse_proxy_header(input.substr(0, taken));
    if (!part) {
      fuzz::check(!whole, "what was wrong stays wrong");
      return 0;
    }
    if (part->missing == 0) {
      fuzz::check(part->size == taken, "nothing behind the header is read");
      fuzz::check(whole && whole->missing == 0, "a header stays whole");
      fuzz::check(whole->size == taken && whole->connection == part->connection, "pieces give what the whole gives");
      return 0;
    }
    fuzz::check(taken + part->missing <= kMostProxyHeader, "the limit holds");
    if (taken + part->missing > input.size() && taken == input.size()) {
      fuzz::check(whole && whole->missing == part->missing, "an unfinished header has no verdict");
      return 0;
    }
    taken += cuts.next(std::min(part->missing, input.size() - taken));
  }
}
