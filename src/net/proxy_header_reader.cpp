#include "net/proxy_header_reader.hpp"

#include <string>

namespace sallyport::net {

async::Task<Result<ProxyHeader>> read_proxy_header(Stream& stream, async::Deadline deadline) {
  std::string so_far;
  for (;;) {
    Result<ProxyHeader> header = parse_proxy_header(so_far);
    if (!header || header->missing == 0) co_return header;
    const std::size_t known = so_far.size();
    so_far.resize(known + header->missing);
    const std::span<char> room = std::span<char>(so_far).subspan(known);
    const Result<std::size_t> got = co_await stream.read_some(room, deadline);
    if (!got) co_return fail(got.error());
    if (*got == 0) co_return fail(Errc::closed, known == 0 ? "" : "in the middle of the header");
    so_far.resize(known + *got);
  }
}

}  // namespace sallyport::net
