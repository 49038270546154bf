#include "pki/crl.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "log/records.hpp"
#include "pki/der.hpp"

namespace sallyport::pki {
namespace {

constexpr std::string_view kDeltaIndicator = "2.5.29.27";
constexpr std::string_view kIssuingPoint = "2.5.29.28";

tl::unexpected<Error> malformed(std::string_view what) { return fail(Errc::malformed, "no CRL: " + std::string(what)); }

struct Extension {
  std::string oid;
  bool critical = false;
  std::string_view content;
};

std::optional<Extension> read_extension(std::string_view sequence) {
  der::Reader fields(sequence);
  const auto oid = fields.expect(der::kOid);
  const auto critical = fields.next_if(der::kBoolean);
  const auto content = fields.expect(der::kOctetString);
  if (!oid || !content || !fields.at_end()) return std::nullopt;
  auto name = der::oid_text(oid->content);
  const auto is_critical = critical ? der::boolean(critical->content) : std::optional<bool>(false);
  if (!name || !is_critical) return std::nullopt;
  return Extension{std::move(*name), *is_critical, content->content};
}

gnutls_sign_algorithm_t algorithm_of(const der::Value& identifier) {
  der::Reader fields(identifier.content);
  const auto oid = fields.expect(der::kOid);
  const auto text = oid ? der::oid_text(oid->content) : std::nullopt;
  return text ? gnutls_oid_to_sign(text->c_str()) : GNUTLS_SIGN_UNKNOWN;
}

struct PublicKeyDeleter {
  void operator()(gnutls_pubkey_st* key) const { gnutls_pubkey_deinit(key); }
};

}  // namespace

Result<std::shared_ptr<const Crl>> Crl::read(std::string der) {
  std::shared_ptr<Crl> crl(new Crl(std::move(der)));
  if (const Result<> parsed = crl->parse(); !parsed) return fail(parsed.error());
  return std::shared_ptr<const Crl>(std::move(crl));
}

Result<> Crl::parse() {
  const auto all = der::only(der_, der::kSequence);
  if (!all) return malformed("not one DER sequence");
  der::Reader outer(all->content);
  const auto list = outer.expect(der::kSequence);
  const auto algorithm = outer.expect(der::kSequence);
  const auto signature = outer.expect(der::kBitString);
  if (!list || !algorithm || !signature || !outer.at_end()) return malformed("not three parts");
  if (signature->content.empty() || signature->content.front() != '\0') return malformed("its signature");
  signed_part_ = list->whole;
  signature_ = signature->content.substr(1);
  algorithm_ = algorithm_of(*algorithm);

  der::Reader fields(list->content);
  const auto version = fields.next_if(der::kInteger);
  if (version && version->content != std::string_view("\x01", 1)) return malformed("its version");
  const auto inner_algorithm = fields.expect(der::kSequence);
  const auto issuer = fields.expect(der::kSequence);
  const auto begin = fields.next();
  if (!inner_algorithm || !issuer || !begin || inner_algorithm->whole != algorithm->whole) return malformed("its head");
  issuer_ = issuer->whole;
  const auto this_update = der::time(*begin);
  if (!this_update) return malformed("its thisUpdate");
  this_update_ = *this_update;
  auto end = fields.next_if(der::kUtcTime);
  if (!end) end = fields.next_if(der::kGeneralizedTime);
  const auto next_update = end ? der::time(*end) : std::nullopt;
  // RFC 5280 section 5.1.2.5: every CRL has one. Without it, nobody knows when an old one is too old.
  if (!next_update) return fail(Errc::unsupported, "a CRL without nextUpdate");
  next_update_ = *next_update;
  if (const auto entries = fields.next_if(der::kSequence)) {
    if (const Result<> parsed = parse_entries(entries->content); !parsed) return parsed;
  }
  if (const auto extensions = fields.next_if(der::constructed(0))) {
    const auto sequence = der::only(extensions->content, der::kSequence);
    if (!sequence) return malformed("its extensions");
    if (const Result<> parsed = parse_extensions(sequence->content); !parsed) return parsed;
  }
  if (fields.failed() || !fields.at_end()) return malformed("bytes behind its end");
  return Result<>();
}

Result<> Crl::parse_entries(std::string_view content) {
  der::Reader reader(content);
  while (const auto entry = reader.next()) {
    der::Reader fields(entry->content);
    const auto serial = fields.expect(der::kInteger);
    const auto date = fields.next();
    const auto extensions = fields.next_if(der::kSequence);
    const auto number = serial ? der::unsigned_integer(serial->content) : std::nullopt;
    if (entry->tag != der::kSequence || !number || !date || !fields.at_end()) return malformed("an entry");
    serials_.push_back(*number);
    if (!extensions) continue;
    der::Reader list(extensions->content);
    while (const auto one = list.next()) {
      const auto extension = read_extension(one->content);
      if (!extension) return malformed("an entry's extension");
      // RFC 5280 section 5.3: a list with one that is not understood says nothing.
      if (extension->critical) return fail(Errc::unsupported, "entries with the critical extension " + extension->oid);
    }
    if (list.failed()) return malformed("an entry's extensions");
  }
  if (reader.failed()) return malformed("its entries");
  std::sort(serials_.begin(), serials_.end());
  return Result<>();
}

Result<> Crl::parse_extensions(std::string_view content) {
  der::Reader reader(content);
  while (const auto one = reader.next()) {
    const auto extension = read_extension(one->content);
    if (!extension) return malformed("an extension");
    if (extension->oid == kDeltaIndicator) {
      return fail(Errc::unsupported, "a delta CRL: only complete ones are taken");
    }
    if (extension->oid == kIssuingPoint) {
      if (const Result<> parsed = parse_scope(extension->content); !parsed) return parsed;
    } else if (extension->critical) {
      return fail(Errc::unsupported, "the critical extension " + extension->oid);
    }
  }
  if (reader.failed()) return malformed("its extensions");
  return Result<>();
}

// IssuingDistributionPoint, section 5.2.5.
Result<> Crl::parse_scope(std::string_view extension) {
  const auto sequence = der::only(extension, der::kSequence);
  if (!sequence) return malformed("its issuingDistributionPoint");
  der::Reader fields(sequence->content);
  if (const auto point = fields.next_if(der::constructed(0))) {
    is_part_ = true;
    der::Reader names(point->content);
    if (const auto full = names.next_if(der::constructed(0))) {
      der::Reader list(full->content);
      while (const auto name = list.next()) {
        if (name->tag == der::primitive(6)) part_urls_.emplace_back(name->content);
      }
    }
  }
  while (const auto field = fields.next()) {
    if (field->tag == der::primitive(3)) return fail(Errc::unsupported, "a CRL for some reasons only");
    // The others are booleans. What is none of them might narrow the list's scope as well.
    const auto is_set = der::boolean(field->content);
    if (!is_set) return malformed("its issuingDistributionPoint");
    if (field->tag == der::primitive(1)) only_users_ = *is_set;
    if (field->tag == der::primitive(2)) only_authorities_ = *is_set;
    if (field->tag == der::primitive(4) && *is_set) return fail(Errc::unsupported, "an indirect CRL");
    if (field->tag == der::primitive(5) && *is_set) return fail(Errc::unsupported, "a CRL for attribute certificates");
  }
  if (fields.failed()) return malformed("its issuingDistributionPoint");
  return Result<>();
}

Result<> Crl::check_signer(const Certificate& issuer) const {
  if (issuer.subject_der() != issuer_) return fail(Errc::denied, "the CRL is from another issuer");
  if (!issuer.may_sign_crls()) return fail(Errc::denied, issuer.subject() + " may not sign CRLs");
  if (gnutls_sign_is_secure2(algorithm_, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) == 0) {
    const char* const name = gnutls_sign_get_name(algorithm_);
    return fail(Errc::denied, std::string("the CRL is signed by ") + (name != nullptr ? name : "an unknown algorithm"));
  }
  gnutls_pubkey_t raw = nullptr;
  if (gnutls_pubkey_init(&raw) != 0) return fail(Errc::internal, "no memory for a key");
  const std::unique_ptr<gnutls_pubkey_st, PublicKeyDeleter> key(raw);
  if (gnutls_pubkey_import_x509(raw, issuer.handle(), 0) != 0) return fail(Errc::denied, "the issuer's key");
  const gnutls_datum_t data = crypto::datum_of(signed_part_);
  const gnutls_datum_t signature = crypto::datum_of(signature_);
  if (gnutls_pubkey_verify_data2(raw, algorithm_, 0, &data, &signature) < 0) {
    return fail(Errc::denied, "the CRL's signature is not by the key of " + issuer.subject());
  }
  return Result<>();
}

Result<> Crl::check_scope(const Certificate& certificate) const {
  if (only_users_ && certificate.is_authority()) return fail(Errc::unsupported, "the CRL is not for authorities");
  if (only_authorities_ && !certificate.is_authority()) return fail(Errc::unsupported, "the CRL is for authorities only");
  if (!is_part_) return Result<>();
  // Otherwise a part that does not have the certificate's entries would say that it is good.
  const auto& named = certificate.pointers().crls;
  for (const std::string& url : part_urls_) {
    if (std::find(named.begin(), named.end(), url) != named.end()) return Result<>();
  }
  return fail(Errc::unsupported, "the CRL is for another distribution point");
}

Result<> Crl::check_time(WallTime now, Duration skew) const {
  const auto allowed = std::chrono::duration_cast<WallTime::duration>(skew);
  if (this_update_ > now + allowed) {
    return fail(Errc::unavailable, "the CRL is from the future: " + log::format_utc(this_update_));
  }
  if (next_update_ + allowed < now) {
    return fail(Errc::unavailable, "the CRL has expired: " + log::format_utc(next_update_));
  }
  return Result<>();
}

bool Crl::lists(const Certificate& certificate) const {
  return std::binary_search(serials_.begin(), serials_.end(), std::string_view(certificate.serial()));
}

Result<std::vector<CrlPtr>> read_crls(std::string bytes) {
  std::vector<CrlPtr> out;
  std::vector<std::string> lists;
  // Looked for first: it may hold whatever PEM begins with.
  if (der::only(bytes, der::kSequence)) {
    lists.push_back(std::move(bytes));
  } else if (auto armored = decode_pem(bytes, "X509 CRL"); armored && !armored->empty()) {
    lists = std::move(*armored);
  } else {
    return malformed("neither DER nor, all of it, PEM");
  }
  for (std::string& der : lists) {
    auto crl = Crl::read(std::move(der));
    if (!crl) return fail(crl.error());
    out.push_back(std::move(*crl));
  }
  return out;
}

}  // namespace sallyport::pki
