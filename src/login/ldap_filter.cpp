#include "login/ldap_filter.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "identity/credential.hpp"
#include "login/dn.hpp"

namespace sallyport::login {

std::string escaped_filter_value(std::string_view value) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kSpecial = "*()\\";
  std::string out;
  out.reserve(value.size());
  for (const char c : value) {
    if (is_control(c) || kSpecial.find(c) != std::string_view::npos) {
      out += '\\';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::string user_filter(std::string_view object_class, std::string_view attribute, std::string_view user) {
  return "(&(objectClass=" + std::string(object_class) + ")(" + std::string(attribute) + "=" +
         escaped_filter_value(user) + "))";
}

std::string member_filter(std::string_view attribute, std::string_view dn) {
  return "(" + std::string(attribute) + "=" + escaped_filter_value(dn) + ")";
}

std::string match_filter(std::string_view object_class, const std::vector<EntryMatch::Condition>& conditions) {
  std::string out = "(&(objectClass=" + std::string(object_class) + ")";
  for (const auto& condition : conditions) {
    out += "(" + condition.attribute + "=" + escaped_filter_value(condition.value) + ")";
  }
  return out + ")";
}

bool has_same_value(const std::vector<std::string>& values, std::string_view wanted) {
  const auto name = normalised_dn(wanted);
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    if (equal_ignoring_case(value, wanted)) return true;
    const auto other = normalised_dn(value);
    return name && other && *other == *name;
  });
}

Result<> check_askable(std::string_view user, const Secret& password) {
  const auto name = identity::Name::make(user);
  if (!name) return fail(Errc::denied, "the user name is none: " + name.error().detail);
  const std::string_view bytes = password.reveal();
  if (bytes.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos) {
    return fail(Errc::denied, "an empty or blank password");
  }
  if (bytes.find('\0') != std::string_view::npos) return fail(Errc::denied, "a password with a NUL");
  return Result<>();
}

Result<std::string> name_of_entry(std::string_view dn, std::string_view attribute,
                                  const std::vector<std::string>& values) {
  const std::string where = log_escaped(dn, 200) + ": ";
  if (values.empty()) return fail(Errc::malformed, where + "no readable " + std::string(attribute), Side::directory);
  if (values.size() == 1) return values.front();
  const auto named = leading_value_of_dn(dn, attribute);
  const auto is_it = [&](const std::string& value) { return named && equal_ignoring_case(value, *named); };
  const auto found = std::find_if(values.begin(), values.end(), is_it);
  if (found == values.end()) {
    return fail(Errc::malformed, where + "several values of " + std::string(attribute) + ", none of them in the name",
                Side::directory);
  }
  return *found;
}

bool is_below(std::string_view dn, std::string_view base) {
  const auto inner = normalised_dn(dn);
  const auto outer = normalised_dn(base);
  if (!inner || !outer) return false;
  return outer->empty() || *inner == *outer || inner->ends_with("," + *outer);
}

bool is_for_credentials(std::string_view attribute) {
  if (equal_ignoring_case(attribute, "objectClass")) return false;
  static constexpr std::string_view kInternal[] = {"userPassword", "sec", "pwd", "sambaNTPassword", "krb", "oath"};
  return std::none_of(std::begin(kInternal), std::end(kInternal),
                      [&](std::string_view prefix) { return starts_with_ignoring_case(attribute, prefix); });
}

}  // namespace sallyport::login
