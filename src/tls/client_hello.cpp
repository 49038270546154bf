#include "tls/client_hello.hpp"

#include "base/text.hpp"

namespace sallyport::tls {
namespace {

constexpr unsigned kServerName = 0;
constexpr unsigned kAlpn = 16;
constexpr unsigned kPreSharedKey = 41;
constexpr unsigned kSupportedVersions = 43;
constexpr std::size_t kTls12 = 0x0303;

// Takes bytes off the front; after a failure everything is empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::size_t number(std::size_t bytes) {
    std::size_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view take(std::size_t n) {
    if (n > rest_.size()) {
      rest_ = {};
      return {};
    }
    const auto piece = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return piece;
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

void note_extension(HelloExtensions& hello, unsigned extension_type, std::string_view body) {
  Reader reader(body);
  if (extension_type == kServerName) {
    Reader list(reader.take(reader.number(2)));
    while (!list.empty()) {
      const std::size_t type = list.number(1);
      const std::string_view name = list.take(list.number(2));
      if (type != 0 || name.empty()) continue;
      hello.server_name = lowered(name);
      if (hello.server_name.ends_with('.')) hello.server_name.pop_back();
      return;
    }
  } else if (extension_type == kAlpn) {
    Reader list(reader.take(reader.number(2)));
    while (!list.empty()) hello.offers_h2 = list.take(list.number(1)) == "h2" || hello.offers_h2;
  } else if (extension_type == kSupportedVersions) {
    Reader list(reader.take(reader.number(1)));
    hello.knows_tls_1_2 = false;
    while (!list.empty()) hello.knows_tls_1_2 = list.number(2) == kTls12 || hello.knows_tls_1_2;
  } else if (extension_type == kPreSharedKey) {
    Reader identities(reader.take(reader.number(2)));
    hello.ticket = std::string(identities.take(identities.number(2)));
  }
}

std::string_view ticket_of_message(std::string_view body) {
  Reader reader(body);
  reader.take(8);                 // ticket_lifetime, ticket_age_add
  reader.take(reader.number(1));  // ticket_nonce
  return reader.take(reader.number(2));
}

bool shows_certificate(std::string_view body, bool has_context) {
  Reader reader(body);
  if (has_context) reader.take(reader.number(1));
  return reader.number(3) > 0;
}

}  // namespace sallyport::tls
