#include "junction/options.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/endpoint.hpp"
#include "base/text.hpp"

namespace sallyport::junction {
namespace {

// Which of the four commands is being read.
struct Command {
  bool is_create;
  bool is_virtual;
};

// What one option means to the reader below.
struct Option {
  std::string_view name;
  bool takes_value;
  bool per_server;           // allowed in `add` too
  bool standard_only;        // means nothing on a virtual host junction
  std::string_view refusal;  // why it is not served; empty: it is
};

constexpr std::string_view kNotYet = "is not supported";
constexpr std::array kOptions = {
    Option{"-t", true, false, false, {}},
    Option{"-h", true, true, false, {}},
    Option{"-p", true, true, false, {}},
    Option{"-v", true, true, false, {}},
    Option{"-D", true, true, false, {}},
    Option{"-u", true, true, false, {}},
    Option{"-y", true, true, false, {}},
    Option{"-b", true, false, false, {}},
    Option{"-c", true, false, false, {}},
    Option{"-e", true, false, false, {}},
    Option{"-E", true, false, false, {}},
    Option{"-f", false, false, false, {}},
    Option{"-i", false, true, false, {}},
    Option{"-k", false, false, false, {}},
    Option{"-K", true, false, false, {}},
    Option{"-n", false, false, true, {}},
    Option{"-r", false, false, false, {}},
    Option{"-x", false, false, true, {}},
    Option{"--ca-file", true, false, false, {}},
    Option{"--http2", false, false, false, {}},
    Option{"--trailers", true, false, false, {}},
    Option{"-2", false, false, false, kNotYet},
    Option{"-a", true, true, false, kNotYet},
    Option{"-A", false, false, false, kNotYet},
    Option{"-B", false, false, false, kNotYet},
    Option{"-C", false, false, false, kNotYet},
    Option{"-d", true, true, false, "is not supported: there are no local junctions"},
    Option{"-F", true, false, false, kNotYet},
    Option{"-g", true, false, false, kNotYet},
    Option{"-H", true, true, false, kNotYet},
    Option{"-I", false, false, false, kNotYet},
    Option{"-j", false, false, false, "is not supported: use a transparent path (-x) or a virtual host junction"},
    Option{"-J", true, false, false, "is not supported: use a transparent path (-x) or a virtual host junction"},
    Option{"-l", true, false, false, kNotYet},
    Option{"-L", true, false, false, kNotYet},
    Option{"-P", true, true, false, kNotYet},
    Option{"-q", true, true, false, kNotYet},
    Option{"-R", false, false, false, kNotYet},
    Option{"-s", false, false, false, "is not supported: there are no stateful junctions"},
    Option{"-S", true, false, false, kNotYet},
    Option{"-T", true, false, false, kNotYet},
    Option{"-U", true, false, false, kNotYet},
    Option{"-V", true, true, false, kNotYet},
    Option{"-w", false, true, false, "is not supported: -i refuses other spellings of Windows file names"},
    Option{"-W", true, false, false, kNotYet},
    Option{"-Y", false, false, false, kNotYet},
    Option{"-z", true, false, false, kNotYet},
    Option{"-Z", true, false, false, kNotYet},
};

tl::unexpected<Error> wrong(std::string text) {
  return fail(Errc::bad_config, std::move(text));
}
std::string quoted(std::string_view text) {
  return "\"" + log_escaped(text, 200) + "\"";
}

const Option* find_option(std::string_view name) {
  const auto found = std::find_if(kOptions.begin(), kOptions.end(), [&](const Option& o) { return o.name == name; });
  return found == kOptions.end() ? nullptr : &*found;
}

// Everything that was said, before it is known which fields it belongs to.
struct Reading {
  Junction junction;
  Server server;
  bool force = false;
  bool has_type = false;
  std::string name;
};

Result<void> read_type(Reading& reading, std::string_view value) {
  if (value == "tcp" || value == "ssl") {
    reading.junction.type = value == "tcp" ? Type::tcp : Type::ssl;
    reading.has_type = true;
    return {};
  }
  for (const std::string_view known : {"tcpproxy", "sslproxy", "mutual", "local", "localtcp", "localssl"}) {
    if (value == known) return wrong("-t " + std::string(value) + " is not supported: use tcp or ssl");
  }
  return wrong("-t " + quoted(value) + ": the types are tcp and ssl");
}

Result<void> read_basic_auth(Reading& reading, std::string_view value) {
  if (value == "filter" || value == "ignore") {
    reading.junction.basic_auth = value == "filter" ? BasicAuth::filter : BasicAuth::ignore;
    return {};
  }
  if (value == "supply" || value == "gso") {
    return wrong("-b " + std::string(value) + " is not supported: use filter or ignore, and -c for the user's name");
  }
  return wrong("-b " + quoted(value) + ": the values are filter and ignore");
}

Result<void> read_identity(Reading& reading, std::string_view value) {
  IdentityHeaders& identity = reading.junction.identity;
  for (const std::string_view word : split(value, ',')) {
    // pdadmin takes both spellings.
    std::string name(word);
    std::replace(name.begin(), name.end(), '-', '_');
    if (name == "iv_user") {
      identity.user = true;
    } else if (name == "iv_user_l") {
      identity.dn = true;
    } else if (name == "iv_groups") {
      identity.groups = true;
    } else if (name == "all") {
      identity.user = identity.groups = true;
    } else if (name == "iv_creds") {
      return wrong("-c iv_creds is not supported: use iv_user and iv_groups");
    } else {
      return wrong("-c " + quoted(word) +
                   ": the names are iv_user, iv_user_l, iv_groups and all, with commas and no "
                   "blanks between them");
    }
  }
  return {};
}

Result<void> read_trailers(Reading& reading, std::string_view value) {
  for (const std::string_view name : split(value, ',')) reading.junction.trailers.emplace_back(name);
  const auto valid = validate_trailers(reading.junction.trailers);
  if (!valid) return wrong("--trailers: " + valid.error().detail);
  return {};
}

Result<void> read_host(Reading& reading, std::string_view value) {
  std::string_view host = value;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (!is_host(host)) return wrong("-h " + quoted(value) + ": neither a DNS name nor an address");
  const auto address = IpAddress::parse(host);
  reading.server.host = address ? address->to_string() : lowered(host);
  return {};
}

Result<void> read_virtual_host(Reading& reading, const Command& command, std::string_view value) {
  auto authority = normalised_authority(value);
  if (!authority) return wrong("-v: " + authority.error().detail);
  if (command.is_virtual) {
    reading.junction.authority = *authority;
  } else {
    reading.server.virtual_host = lowered(value);
  }
  return {};
}

Result<void> read_number(std::string_view option, std::string_view value, std::uint64_t max, std::uint64_t& out) {
  const auto number = parse_unsigned(value, max);
  if (!number || *number == 0) {
    return wrong(std::string(option) + " " + quoted(value) + ": not a number from 1 to " + std::to_string(max));
  }
  out = *number;
  return {};
}

Result<void> read_text(std::string_view option, std::string_view value, std::string& out) {
  if (!is_utf8(value) || std::any_of(value.begin(), value.end(), is_control)) {
    return wrong(std::string(option) + " " + quoted(value) + ": must be one line of UTF-8");
  }
  out = value;
  return {};
}

// The options with a value.
Result<void> apply(Reading& reading, const Command& command, std::string_view option, std::string_view value) {
  std::uint64_t number = 0;
  if (option == "-t") return read_type(reading, value);
  if (option == "-h") return read_host(reading, value);
  if (option == "-b") return read_basic_auth(reading, value);
  if (option == "-c") return read_identity(reading, value);
  if (option == "-v") return read_virtual_host(reading, command, value);
  if (option == "-D") return read_text(option, value, reading.server.dn);
  if (option == "-E") return read_text(option, value, reading.junction.description);
  if (option == "--trailers") return read_trailers(reading, value);
  if (option == "-K") return read_text(option, value, reading.junction.client_certificate);
  if (option == "--ca-file") return read_text(option, value, reading.junction.ca_file);
  if (option == "-p") {
    auto read = read_number(option, value, 65535, number);
    reading.server.port = static_cast<std::uint16_t>(number);
    return read;
  }
  if (option == "-y") {
    auto read = read_number(option, value, 9, number);
    reading.server.priority = static_cast<int>(number);
    return read;
  }
  if (option == "-u") {
    reading.server.uuid = lowered(value);
    if (!is_uuid(reading.server.uuid)) return wrong("-u " + quoted(value) + ": not a UUID");
    return {};
  }
  if (value != "utf8_uri") return wrong("-e " + quoted(value) + " is not supported: identity is sent as utf8_uri");
  return {};
}

// The options without a value.
void apply(Reading& reading, std::string_view option) {
  Junction& junction = reading.junction;
  if (option == "-f") reading.force = true;
  if (option == "-i") junction.case_insensitive = true;
  if (option == "-k") junction.session_cookie = true;
  if (option == "-n") junction.preserve_cookie_names = true;
  if (option == "-r") junction.client_address = true;
  if (option == "-x") junction.kind = Kind::transparent_path;
  if (option == "--http2") junction.http_2 = true;
}

Result<void> check_allowed(const Option& option, const Command& command) {
  const std::string name(option.name);
  if (!option.refusal.empty()) return wrong(name + " " + std::string(option.refusal));
  if (!command.is_create && (!option.per_server || (command.is_virtual && option.name == "-v"))) {
    return wrong(name + " belongs to the junction, not to a server: it can be given to create only");
  }
  if (!command.is_create && option.name == "-i") {
    return wrong("-i belongs to the junction here, all its servers are alike: it can be given to create only");
  }
  if (command.is_virtual && option.standard_only) return wrong(name + " means nothing on a virtual host junction");
  return {};
}

Result<Reading> read(std::span<const std::string> arguments, const Command& command) {
  Reading reading;
  std::set<std::string_view> seen;
  bool options_ended = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!options_ended && argument == "--") {
      options_ended = true;
      continue;
    }
    if (options_ended || !argument.starts_with('-')) {
      if (!reading.name.empty()) {
        return wrong("more than one junction name: " + quoted(reading.name) + " and " + quoted(argument));
      }
      if (argument.empty()) return wrong("the junction name is empty");
      reading.name = argument;
      continue;
    }
    const Option* option = find_option(argument);
    if (option == nullptr) return wrong("unknown option " + quoted(argument));
    if (auto allowed = check_allowed(*option, command); !allowed) return fail(allowed.error());
    if (!seen.insert(option->name).second) return wrong(argument + " is given twice");
    if (!option->takes_value) {
      apply(reading, option->name);
      continue;
    }
    if (i + 1 == arguments.size()) return wrong(argument + " needs a value");
    if (auto applied = apply(reading, command, option->name, arguments[++i]); !applied) return fail(applied.error());
  }
  if (reading.name.empty()) {
    return wrong(command.is_virtual ? "the virtual host label is missing" : "the mount point is missing");
  }
  if (reading.server.host.empty()) return wrong("-h HOST is missing");
  return reading;
}

Result<CreateRequest> create(std::span<const std::string> arguments, bool is_virtual) {
  auto reading = read(arguments, Command{true, is_virtual});
  if (!reading) return fail(reading.error());
  if (!reading->has_type) return wrong("-t TYPE is missing: tcp or ssl");
  CreateRequest request;
  request.junction = std::move(reading->junction);
  request.force = reading->force;
  if (is_virtual) {
    request.junction.kind = Kind::virtual_host;
    request.junction.label = reading->name;
    if (request.junction.authority.empty()) return wrong("-v HOST[:PORT] is missing: the host that clients ask for");
    if (auto label = validate_label(reading->name); !label) return fail(label.error());
  } else {
    request.junction.point = reading->name;
    if (auto point = validate_point(reading->name); !point) return fail(point.error());
  }
  Server server = std::move(reading->server);
  if (server.port == 0) server.port = default_port(request.junction.type);
  request.junction.servers.push_back(std::move(server));
  return request;
}

Result<AddRequest> add(std::span<const std::string> arguments, bool is_virtual) {
  auto reading = read(arguments, Command{false, is_virtual});
  if (!reading) return fail(reading.error());
  return AddRequest{std::move(reading->name), std::move(reading->server)};
}

}  // namespace

Result<CreateRequest> parse_create(std::span<const std::string> arguments) {
  return create(arguments, false);
}
Result<CreateRequest> parse_virtualhost_create(std::span<const std::string> arguments) {
  return create(arguments, true);
}
Result<AddRequest> parse_add(std::span<const std::string> arguments) {
  return add(arguments, false);
}
Result<AddRequest> parse_virtualhost_add(std::span<const std::string> arguments) {
  return add(arguments, true);
}

}  // namespace sallyport::junction
