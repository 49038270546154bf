#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.hpp"
#include "config/interfaces.hpp"
#include "config/settings.hpp"

namespace sallyport::config {

// How a value is written. Durations are a number of seconds or a number with s, m, h or d; sizes are a number of bytes
// or a number with k, m or g (powers of 1024); paths are absolute; an output is a path or "-".
enum class SettingType : std::uint8_t {
  boolean,
  integer,
  duration,
  byte_size,
  text,
  choice,  // one of SettingSpec::choices
  path,
  secret_path,  // a file with a secret in it: never the secret itself
  output,
  address,  // an IP address
  network,  // an IP address or a network with a prefix length
};

// When a changed value counts. Everything is read again on a reload.
enum class TakesEffect : std::uint8_t {
  live,     // for everything that begins after the reload, requests on open connections too
  reload,   // for connections accepted after the reload
  restart,  // only when the server is started anew: see keep_until_restart()
};

struct SettingSpec;

// The text of one setting, with the place it comes from.
struct Entry {
  std::string_view key;
  std::string_view value;
  std::uint32_t line = 0;
};

// The way from a row to its member of Settings. Made by field<>() only, so that a row without a member, or with one
// that cannot hold the row's type, does not compile.
struct Field {
  enum class Shape : std::uint8_t { single, list, map };

  Shape shape;
  std::uint32_t admits;  // set of SettingType that the member's type can hold: bit 1 << type
  // Reads the entry into the member (appends it, for a list or a map). The error's detail says what is expected.
  Result<void> (*assign)(const SettingSpec&, const Entry&, Settings&);
  void (*clear)(Settings&);
  const void* (*address)(const Settings&);
  // Of what needs a restart; the whole member, but for interfaces.
  bool (*same)(const Settings& running, const Settings& next);
  void (*keep)(const Settings& running, Settings& next);
};

// What a text has to look like.
struct TextForm {
  bool (*matches)(std::string_view) = [](std::string_view) { return true; };
  std::string_view wanted = {};  // follows "must be"; empty for a text of any form
};

// One row of the table.
struct SettingSpec {
  std::string_view stanza;
  std::string_view key;  // for a stanza with free keys: what the keys stand for ("METHOD")
  SettingType type = SettingType::text;
  Field field;
  std::string_view default_text;  // as it would be written in the file; lists are separated by line ends
  std::uint64_t min = 0;          // of integers, of durations in seconds, of sizes in bytes
  std::uint64_t max = UINT32_MAX;
  std::span<const std::string_view> choices = {};
  char separator = '\0';   // several values may stand in one line, with this between them
  TextForm form = {};      // of one value of type text
  TextForm key_form = {};  // of a free key
  TakesEffect takes_effect = TakesEffect::reload;
  std::string_view since = "0.1.0";
  std::string_view summary;         // one sentence
  std::string_view paragraph = {};  // more sentences
  std::string_view example = {};    // a value; for a stanza with free keys maybe "key = value"

  constexpr bool is_map() const { return field.shape == Field::Shape::map; }
  constexpr bool is_list() const { return field.shape == Field::Shape::list; }
};

struct StanzaSpec {
  std::string_view name;
  std::string_view summary;  // one sentence
};

// Readers of one value. Each leaves `into` alone when it fails; the error's detail follows the name of the setting:
// "must be yes or no, not 'maybe'".
Result<void> read_value(const SettingSpec&, std::string_view text, bool& into);
Result<void> read_value(const SettingSpec&, std::string_view text, std::uint64_t& into);
Result<void> read_value(const SettingSpec&, std::string_view text, seconds& into);
Result<void> read_value(const SettingSpec&, std::string_view text, std::string& into);
Result<void> read_value(const SettingSpec&, std::string_view text, IpAddress& into);
Result<void> read_value(const SettingSpec&, std::string_view text, Cidr& into);
Result<void> read_entry(const SettingSpec&, const Entry&, std::vector<MapEntry>& into);
Result<void> read_entry(const SettingSpec&, const Entry&, std::vector<SniCertificate>& into);
Result<void> read_entry(const SettingSpec&, const Entry&, std::vector<Interface>& into);
// The index of `text` in the row's choices.
Result<std::size_t> read_choice(const SettingSpec&, std::string_view text);

namespace detail {

constexpr std::uint32_t bit(SettingType type) {
  return 1u << static_cast<unsigned>(type);
}

template <class T>
struct ListElement {
  using type = T;
  static constexpr Field::Shape kShape = Field::Shape::single;
};
template <class T>
struct ListElement<std::vector<T>> {
  using type = T;
  static constexpr Field::Shape kShape = Field::Shape::list;
};
template <>
struct ListElement<std::vector<MapEntry>> {
  using type = MapEntry;
  static constexpr Field::Shape kShape = Field::Shape::map;
};
template <>
struct ListElement<std::vector<SniCertificate>> {
  using type = SniCertificate;
  static constexpr Field::Shape kShape = Field::Shape::map;
};
template <>
struct ListElement<std::vector<Interface>> {
  using type = Interface;
  static constexpr Field::Shape kShape = Field::Shape::map;
};

template <class T>
bool same_until_restart(const T& running, const T& next) {
  return running == next;
}
template <class T>
void keep_until_restart(const T& running, T& next) {
  next = running;
}
using config::keep_until_restart;  // for interfaces
using config::same_until_restart;

template <class T>
constexpr std::uint32_t admitted_types() {
  if constexpr (std::is_same_v<T, bool>) return bit(SettingType::boolean);
  if constexpr (std::is_same_v<T, std::uint64_t>) return bit(SettingType::integer) | bit(SettingType::byte_size);
  if constexpr (std::is_integral_v<T>) return bit(SettingType::integer);
  if constexpr (std::is_same_v<T, seconds>) return bit(SettingType::duration);
  if constexpr (std::is_enum_v<T>) return bit(SettingType::choice);
  if constexpr (std::is_same_v<T, IpAddress>) return bit(SettingType::address);
  if constexpr (std::is_same_v<T, Cidr>) return bit(SettingType::network);
  if constexpr (std::is_same_v<T, std::string>) {
    return bit(SettingType::text) | bit(SettingType::path) | bit(SettingType::secret_path) | bit(SettingType::output);
  }
  return bit(SettingType::text);  // maps
}

template <class T>
Result<void> read_into(const SettingSpec& spec, std::string_view text, T& into) {
  if constexpr (std::is_enum_v<T>) {
    const auto index = read_choice(spec, text);
    if (!index) return fail(index.error());
    into = static_cast<T>(*index);
    return {};
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, std::uint64_t>) {
    std::uint64_t wide = 0;
    if (auto read = read_value(spec, text, wide); !read) return read;
    if (wide > std::numeric_limits<T>::max()) return fail(Errc::bad_config, "is too large");
    into = static_cast<T>(wide);
    return {};
  } else {
    return read_value(spec, text, into);
  }
}

template <class T>
Result<void> assign_to(const SettingSpec& spec, const Entry& entry, T& member) {
  using Element = typename ListElement<T>::type;
  if constexpr (ListElement<T>::kShape == Field::Shape::map) {
    return read_entry(spec, entry, member);
  } else if constexpr (ListElement<T>::kShape == Field::Shape::list) {
    Element element{};
    if (auto read = read_into(spec, entry.value, element); !read) return read;
    member.push_back(std::move(element));
    return {};
  } else {
    return read_into(spec, entry.value, member);
  }
}

// The member that a path of pointers to members leads to.
template <auto... Path, class S>
constexpr auto& member_of(S& settings) {
  return (settings.*....*Path);
}

template <auto... Path>
constexpr Field make_field() {
  using Member = std::remove_cvref_t<decltype(member_of<Path...>(std::declval<Settings&>()))>;
  return Field{
      .shape = ListElement<Member>::kShape,
      .admits = admitted_types<typename ListElement<Member>::type>(),
      .assign = [](const SettingSpec& spec, const Entry& entry,
                   Settings& settings) { return assign_to(spec, entry, member_of<Path...>(settings)); },
      .clear = [](Settings& settings) { member_of<Path...>(settings) = Member{}; },
      .address = [](const Settings& settings) -> const void* { return &member_of<Path...>(settings); },
      .same = [](const Settings& running,
                 const Settings& next) { return same_until_restart(member_of<Path...>(running), member_of<Path...>(next)); },
      .keep = [](const Settings& running,
                 Settings& next) { keep_until_restart(member_of<Path...>(running), member_of<Path...>(next)); },
  };
}

}  // namespace detail

// field<&Settings::server, &ServerSettings::https_port>, or field<&Settings::header_names> for a stanza that is a map.
template <auto... Path>
inline constexpr Field field = detail::make_field<Path...>();

}  // namespace sallyport::config
