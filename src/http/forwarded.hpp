#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "http/message.hpp"

// Who the client is, by the word of proxies in front.
namespace sallyport::http {

// The fields in which a proxy appends the address of the one that it was asked by.
enum class ForwardedField { x_forwarded_for, forwarded };

// The addresses that such a field holds, over all its lines, in their order: nothing in the place of each one that is
// no address ("unknown", "_hidden", what cannot be read). Brackets and ports are left out. Of Forwarded (RFC 7239) one
// for each element.
std::vector<std::optional<IpAddress>> forwarded_addresses(const Headers& headers, ForwardedField field);

// Goes back from the peer as long as those who speak are trusted: the last address that a trusted one names and that is
// not trusted itself; the first one, if all are. What cannot be read ends the way: the client is the one who said it.
IpAddress client_behind(const IpAddress& peer, const std::vector<std::optional<IpAddress>>& addresses,
                        const std::function<bool(const IpAddress&)>& is_trusted);

}  // namespace sallyport::http
