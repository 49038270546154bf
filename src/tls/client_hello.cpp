#include "tls/client_hello.hpp"

#include <gnutls/gnutls.h>

#include "base/text.hpp"
#include "crypto/gnutls_owner.hpp"

namespace sallyport::tls {
namespace {

constexpr unsigned kServerName = 0;
constexpr unsigned kAlpn = 16;
constexpr unsigned kPreSharedKey = 41;
constexpr unsigned kSupportedVersions = 43;
constexpr unsigned kPostHandshakeAuth = 49;
constexpr std::size_t kTls12 = 0x0303;
constexpr std::size_t kHandshakeRecord = 22;
constexpr std::size_t kApplicationDataRecord = 23;
constexpr std::size_t kClientHello = 1;
constexpr std::size_t kRecordHeader = 5;

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
  } else if (extension_type == kPostHandshakeAuth) {
    hello.offers_post_handshake_auth = true;
  }
}

namespace {

// Whether it was well-formed to its end.
bool note_extensions(HelloExtensions& hello, std::string_view client_hello) {
  const gnutls_datum_t datum = crypto::datum_of(client_hello);
  const auto note = [](void* context, unsigned type, const unsigned char* data, unsigned size) {
    note_extension(*static_cast<HelloExtensions*>(context), type,
                   std::string_view(reinterpret_cast<const char*>(data), size));
    return 0;
  };
  return gnutls_ext_raw_parse(&hello, note, &datum, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO) >= 0;
}

}  // namespace

HelloExtensions extensions_of(std::string_view client_hello) {
  HelloExtensions hello;
  note_extensions(hello, client_hello);
  return hello;
}

std::optional<bool> may_offer_post_handshake_auth(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  Reader header(bytes);
  if (header.number(1) != kHandshakeRecord) return true;
  if (bytes.size() < kRecordHeader) return std::nullopt;
  header.take(2);  // legacy_record_version
  const std::size_t length = header.number(2);
  if (kRecordHeader + length > kMostHelloBytes) return true;
  if (bytes.size() < kRecordHeader + length) return std::nullopt;
  Reader record(bytes.substr(kRecordHeader, length));
  if (record.number(1) != kClientHello) return true;
  const std::string_view client_hello = record.take(record.number(3));
  HelloExtensions hello;
  return client_hello.empty() || !note_extensions(hello, client_hello) || hello.offers_post_handshake_auth;
}

bool begins_with_data_record(std::string_view bytes) {
  Reader reader(bytes);
  const std::size_t type = reader.number(1);
  reader.take(2);  // the version, which says nothing any more
  const std::size_t length = reader.number(2);
  return type == kApplicationDataRecord && length > 0 && reader.take(length).size() == length;
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
