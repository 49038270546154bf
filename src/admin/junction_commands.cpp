#include "admin/junction_commands.hpp"

#include <algorithm>
#include <optional>

#include "admin/grammar.hpp"
#include "base/text.hpp"
#include "junction/options.hpp"
#include "junction/table.hpp"

namespace sallyport::admin {
namespace {

using junction::Junction;
using junction::Kind;
using junction::Server;
using Words = std::span<const std::string>;
using Junctions = std::vector<Junction>;

// One task with everything it may need. `arguments` are the words behind the name of the task.
struct Call {
  Words arguments;
  bool is_virtual;
  const JunctionFacts& facts;
  Junctions& junctions;
};

Error not_there(const Call& call, std::string_view name) {
  return Error(Errc::not_found, std::string(call.is_virtual ? "there is no virtual host junction "
                                                            : "there is no "
                                                              "junction at ") +
                                    log_escaped(name, 200));
}

Junction* find(Junctions& junctions, std::string_view name, bool is_virtual) {
  const auto found = std::find_if(junctions.begin(), junctions.end(), [&](const Junction& j) {
    return (j.kind == Kind::virtual_host) == is_virtual && j.name() == name;
  });
  return found == junctions.end() ? nullptr : &*found;
}

std::string described(const Call& call, std::string_view name) {
  return (call.is_virtual ? "virtual host junction " : "junction at ") + std::string(name);
}

// Puts the new set in place if it is one that can be served.
CommandOutput store(const Call& call, Junctions next, std::string text) {
  if (auto table = junction::JunctionTable::make(next); !table) return failed(table.error());
  std::vector<std::string> before = shared_server_warnings(call.junctions);
  for (const std::string& warning : shared_server_warnings(next)) {
    if (std::find(before.begin(), before.end(), warning) == before.end()) text += "Warning: " + warning + "\n";
  }
  call.junctions = std::move(next);
  CommandOutput output = changed();
  output.out = std::move(text);
  return output;
}

// Only the name of a junction is given.
Result<std::string> only_name(const Call& call) {
  if (call.arguments.size() == 1 && !call.arguments[0].starts_with('-')) return call.arguments[0];
  return fail(Errc::bad_config, call.is_virtual ? "one virtual host label is expected" : "one mount point is expected");
}

// [-i uuid] name
struct Selection {
  std::string name;
  std::string uuid;  // empty: all servers
};

Result<Selection> selection(const Call& call) {
  Selection selected;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const std::string& word = call.arguments[i];
    if (word == "-i" && i + 1 < call.arguments.size() && selected.uuid.empty()) {
      selected.uuid = lowered(call.arguments[++i]);
    } else if (!word.starts_with('-') && selected.name.empty()) {
      selected.name = word;
    } else {
      return fail(Errc::bad_config, "\"" + log_escaped(word, 200) + "\" is not expected here: [-i <uuid>] <junction>");
    }
  }
  if (selected.name.empty()) return fail(Errc::bad_config, "the junction is missing: [-i <uuid>] <junction>");
  return selected;
}

CommandOutput create(const Call& call) {
  auto request =
      call.is_virtual ? junction::parse_virtualhost_create(call.arguments) : junction::parse_create(call.arguments);
  if (!request) return failed(request.error());
  Server& server = request->junction.servers.front();
  if (server.uuid.empty()) server.uuid = junction::uuid_from(call.facts.random_bytes());
  if (auto valid = junction::validate(request->junction); !valid) return failed(valid.error());

  Junctions next = call.junctions;
  const std::string name = request->junction.name();
  if (Junction* existing = find(next, name, call.is_virtual)) {
    if (!request->force) {
      return failed(Error(Errc::already_exists, "there is a " + described(call, name) + " already; -f replaces it"));
    }
    *existing = std::move(request->junction);
  } else {
    next.push_back(std::move(request->junction));
  }
  return store(call, std::move(next), "Created " + described(call, name) + "\n");
}

CommandOutput add(const Call& call) {
  auto request =
      call.is_virtual ? junction::parse_virtualhost_add(call.arguments) : junction::parse_add(call.arguments);
  if (!request) return failed(request.error());
  Junctions next = call.junctions;
  Junction* target = find(next, request->name, call.is_virtual);
  if (target == nullptr) return failed(not_there(call, request->name));
  Server server = std::move(request->server);
  if (server.port == 0) server.port = junction::default_port(target->type);
  if (server.uuid.empty()) server.uuid = junction::uuid_from(call.facts.random_bytes());
  for (const Server& other : target->servers) {
    if (other.host == server.host && other.port == server.port) {
      return failed(Error(Errc::already_exists, server.host + " port " + std::to_string(server.port) +
                                                    " is a server of this junction already"));
    }
  }
  const std::string uuid = server.uuid;
  target->servers.push_back(std::move(server));
  return store(call, std::move(next), "Added server " + uuid + " to " + described(call, request->name) + "\n");
}

CommandOutput remove(const Call& call) {
  const auto selected = selection(call);
  if (!selected) return failed(selected.error());
  if (selected->uuid.empty()) return failed(Error(Errc::bad_config, "-i <uuid> is missing: which server to remove"));
  Junctions next = call.junctions;
  Junction* target = find(next, selected->name, call.is_virtual);
  if (target == nullptr) return failed(not_there(call, selected->name));
  const auto removed = std::erase_if(target->servers, [&](const Server& s) { return s.uuid == selected->uuid; });
  if (removed == 0) return failed(Error(Errc::not_found, "this junction has no server " + selected->uuid));
  if (target->servers.empty()) {
    return failed(Error(Errc::bad_config, "it is the last server of the junction: delete the junction instead"));
  }
  return store(call, std::move(next),
               "Removed server " + selected->uuid + " from " + described(call, selected->name) + "\n");
}

CommandOutput erase(const Call& call) {
  const auto name = only_name(call);
  if (!name) return failed(name.error());
  Junctions next = call.junctions;
  const Junction* target = find(next, *name, call.is_virtual);
  if (target == nullptr) return failed(not_there(call, *name));
  next.erase(next.begin() + (target - next.data()));
  return store(call, std::move(next), "Deleted " + described(call, *name) + "\n");
}

CommandOutput list(const Call& call) {
  if (!call.arguments.empty()) return misused("list takes no argument");
  return printed(junction::render_list(call.junctions, call.is_virtual));
}

CommandOutput show(const Call& call) {
  const auto name = only_name(call);
  if (!name) return failed(name.error());
  const Junction* target = find(call.junctions, *name, call.is_virtual);
  if (target == nullptr) return failed(not_there(call, *name));
  return printed(junction::render_show(*target, call.facts.activity));
}

CommandOutput set_state(const Call& call, junction::OperationalState state) {
  const auto selected = selection(call);
  if (!selected) return failed(selected.error());
  Junctions next = call.junctions;
  Junction* target = find(next, selected->name, call.is_virtual);
  if (target == nullptr) return failed(not_there(call, selected->name));
  std::size_t found = 0;
  for (Server& server : target->servers) {
    if (!selected->uuid.empty() && server.uuid != selected->uuid) continue;
    server.state = state;
    server.state_since = call.facts.now;
    ++found;
  }
  if (found == 0) return failed(Error(Errc::not_found, "this junction has no server " + selected->uuid));
  return store(call, std::move(next), "");
}

CommandOutput throttle(const Call& call) {
  return set_state(call, junction::OperationalState::throttled);
}
CommandOutput take_offline(const Call& call) {
  return set_state(call, junction::OperationalState::offline);
}
CommandOutput take_online(const Call& call) {
  return set_state(call, junction::OperationalState::online);
}

constexpr std::string_view kTasks[] = {"create", "add",      "remove",  "delete", "list",
                                       "show",   "throttle", "offline", "online", "virtualhost"};
constexpr CommandOutput (*kRun[])(const Call&) = {create, add,      remove,       erase,      list,
                                                  show,   throttle, take_offline, take_online};
constexpr std::string_view kUsage =
    "server task <server> [virtualhost] create|add|remove|delete|list|show|throttle|offline|online ...";

// `words` begins with the name of the task.
CommandOutput run_task(Words words, Junctions& junctions, const JunctionFacts& facts) {
  bool is_virtual = false;
  auto task = words.empty() ? std::nullopt : match_keyword(words[0], kTasks);
  if (task && *task == std::size(kRun)) {
    is_virtual = true;
    words = words.subspan(1);
    task = words.empty() ? std::nullopt : match_keyword(words[0], std::span(kTasks).first(std::size(kRun)));
  }
  if (!task) return misused(kUsage);
  return kRun[*task](Call{words.subspan(1), is_virtual, facts, junctions});
}

}  // namespace

CommandOutput run_junction_command(Words words, std::vector<Junction>& junctions, const JunctionFacts& facts) {
  if (words.size() >= 2 && words[0] == "junction") return run_task(words.subspan(1), junctions, facts);
  if (words.size() == 2 && words[0] == "server" && words[1] == "list") {
    return printed("    " + facts.server_name + "\n");
  }
  if (words.size() < 4 || words[0] != "server" || words[1] != "task") return misused(kUsage);
  if (!equal_ignoring_case(words[2], facts.server_name)) {
    return failed(Error(Errc::not_found, "there is no server " + log_escaped(words[2], 200) + "; this one is called " +
                                             facts.server_name));
  }
  return run_task(words.subspan(3), junctions, facts);
}

std::vector<std::string> shared_server_warnings(std::span<const Junction> junctions) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < junctions.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      for (const Server& server : junctions[i].servers) {
        const bool is_shared =
            std::any_of(junctions[k].servers.begin(), junctions[k].servers.end(),
                        [&](const Server& other) { return other.host == server.host && other.port == server.port; });
        if (!is_shared) continue;
        out.push_back("junctions " + junctions[k].name() + " and " + junctions[i].name() +
                      " lead to the same server, " + server.host + " port " + std::to_string(server.port) +
                      ": policy on one of them does not protect what the other one shows");
      }
    }
  }
  return out;
}

}  // namespace sallyport::admin
