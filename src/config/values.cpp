#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "config/checks.hpp"
#include "config/setting_spec.hpp"

namespace sallyport::config {
namespace {

constexpr std::size_t kShownBytes = 60;  // of a wrong value, in an error message

tl::unexpected<Error> wrong(std::string expected, std::string_view text) {
  std::string detail = "must be " + std::move(expected);
  if (text.empty()) {
    detail += ", not empty";
  } else {
    detail += ", not '" + log_escaped(text, kShownBytes) + "'";
    if (text.find(" #") != std::string_view::npos) detail += "; a comment needs a line of its own";
  }
  return fail(Errc::bad_config, std::move(detail));
}

struct Unit {
  char letter;
  std::uint64_t factor;
};
constexpr Unit kDurationUnits[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
constexpr Unit kSizeUnits[] = {{'k', 1024}, {'m', 1024 * 1024}, {'g', 1024 * 1024 * 1024}};

// A number that may have one of the units after it, without a blank; nothing if it is none or does not fit.
std::optional<std::uint64_t> number_with_unit(std::string_view text, std::span<const Unit> units) {
  std::uint64_t factor = 1;
  if (!text.empty() && !is_digit(text.back())) {
    const auto* unit = std::find_if(units.data(), units.data() + units.size(),
                                    [&](const Unit& u) { return u.letter == to_lower(text.back()); });
    if (unit == units.data() + units.size()) return std::nullopt;
    factor = unit->factor;
    text.remove_suffix(1);
  }
  const auto number = parse_unsigned(text, UINT64_MAX / factor);
  if (!number) return std::nullopt;
  return *number * factor;
}

std::string range_of(const SettingSpec& spec, std::string_view what) {
  std::string text(what);
  text += " from " + std::to_string(spec.min) + " to " + std::to_string(spec.max);
  if (spec.type == SettingType::duration) text += " seconds";
  if (spec.type == SettingType::byte_size) text += " bytes";
  return text;
}

bool is_absolute_path(std::string_view text) {
  return text.size() > 1 && text.front() == '/';
}

}  // namespace

std::optional<std::chrono::seconds> duration_from(std::string_view text) {
  constexpr std::uint64_t kYear = 366 * 86400;
  const auto number = number_with_unit(text, kDurationUnits);
  if (!number || *number > kYear) return std::nullopt;
  return std::chrono::seconds(*number);
}

Result<void> read_value(const SettingSpec&, std::string_view text, bool& into) {
  if (equal_ignoring_case(text, "yes") || equal_ignoring_case(text, "true")) {
    into = true;
  } else if (equal_ignoring_case(text, "no") || equal_ignoring_case(text, "false")) {
    into = false;
  } else {
    return wrong("yes or no", text);
  }
  return {};
}

Result<void> read_value(const SettingSpec& spec, std::string_view text, std::uint64_t& into) {
  const bool is_size = spec.type == SettingType::byte_size;
  const auto number = is_size ? number_with_unit(text, kSizeUnits) : parse_unsigned(text);
  if (!number || *number < spec.min || *number > spec.max) {
    return wrong(range_of(spec, is_size ? "a size (a number, or one with k, m or g)" : "a number"), text);
  }
  into = *number;
  return {};
}

Result<void> read_value(const SettingSpec& spec, std::string_view text, seconds& into) {
  const auto number = number_with_unit(text, kDurationUnits);
  if (!number || *number < spec.min || *number > spec.max) {
    return wrong(range_of(spec, "a time (seconds, or a number with s, m, h or d)"), text);
  }
  into = seconds(*number);
  return {};
}

Result<void> read_value(const SettingSpec& spec, std::string_view text, std::string& into) {
  // An empty text says "none": whether there may be none is for validate() to say.
  if (!text.empty()) {
    if (spec.type == SettingType::path || spec.type == SettingType::secret_path) {
      if (!is_absolute_path(text)) return wrong("an absolute path", text);
    } else if (spec.type == SettingType::output) {
      if (text != "-" && !is_absolute_path(text)) return wrong("an absolute path or -", text);
    }
  }
  if (!spec.form.matches(text)) return wrong(std::string(spec.form.wanted), text);
  into = text;
  return {};
}

Result<void> read_value(const SettingSpec&, std::string_view text, IpAddress& into) {
  const auto address = IpAddress::parse(text);
  if (!address) return wrong("an IPv4 or IPv6 address", text);
  into = *address;
  return {};
}

Result<void> read_value(const SettingSpec&, std::string_view text, Cidr& into) {
  const auto network = Cidr::parse(text);
  if (!network) return wrong("an IP address or a network such as 10.0.0.0/8", text);
  into = *network;
  return {};
}

Result<std::size_t> read_choice(const SettingSpec& spec, std::string_view text) {
  const auto found = std::find_if(spec.choices.begin(), spec.choices.end(),
                                  [&](std::string_view choice) { return equal_ignoring_case(choice, text); });
  if (found != spec.choices.end()) return static_cast<std::size_t>(found - spec.choices.begin());
  std::string expected;
  for (std::size_t i = 0; i < spec.choices.size(); ++i) {
    if (i > 0) expected += i + 1 == spec.choices.size() ? " or " : ", ";
    expected += spec.choices[i];
  }
  return wrong(std::move(expected), text);
}

Result<void> read_entry(const SettingSpec& spec, const Entry& entry, std::vector<MapEntry>& into) {
  if (!spec.form.matches(entry.value)) return wrong(std::string(spec.form.wanted), entry.value);
  into.push_back(MapEntry{std::string(entry.key), std::string(entry.value), entry.line});
  return {};
}

Result<void> read_entry(const SettingSpec&, const Entry& entry, std::vector<SniCertificate>& into) {
  const auto blank = entry.value.find_first_of(" \t");
  const auto cert = entry.value.substr(0, blank);
  const auto key = blank == std::string_view::npos ? std::string_view() : trimmed(entry.value.substr(blank));
  if (!is_absolute_path(cert) || !is_absolute_path(key) || key.find_first_of(" \t") != std::string_view::npos) {
    return wrong("the absolute paths of a certificate file and of its key file, with a blank between them",
                 entry.value);
  }
  into.push_back(SniCertificate{lowered(entry.key), std::string(cert), std::string(key), entry.line});
  return {};
}

Result<void> read_entry(const SettingSpec&, const Entry& entry, std::vector<Interface>& into) {
  auto interface = parse_interface(entry.key, entry.value);
  if (!interface) return fail(interface.error());
  interface->line = entry.line;
  into.push_back(std::move(*interface));
  return {};
}

}  // namespace sallyport::config
