#include "admin/admin_role.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "admin/grammar.hpp"
#include "admin/protocol.hpp"

namespace sallyport::admin {
namespace {

constexpr std::size_t kNssBuffer = 64 * 1024;

std::string user_name(unsigned uid) {
  std::string buffer(kNssBuffer, '\0');
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_name;
}

bool is_in_group(const std::string& user, unsigned gid, const std::string& group) {
  std::string buffer(kNssBuffer, '\0');
  struct ::group entry {};
  struct ::group* found = nullptr;
  if (getgrnam_r(group.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return false;
  if (found->gr_gid == gid) return true;
  for (char** member = found->gr_mem; *member != nullptr; ++member) {
    if (user == *member) return true;
  }
  return false;
}

// What a command's words look like in the audit log: passwords are never there.
std::string for_audit(const std::vector<std::string>& words) {
  const bool is_user_command = !words.empty() && words[0] == "user";
  std::string line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) line += ' ';
    const bool may_be_secret = is_user_command && i > 2;
    line += may_be_secret ? "***" : quoted(words[i]);
  }
  return line;
}

}  // namespace

bool is_allowed(const net::PeerCredentials& peer, unsigned own_uid, const AdminOptions& options) {
  if (peer.uid == 0 || peer.uid == own_uid) return true;
  const std::string name = user_name(peer.uid);
  const auto& users = options.allowed_users;
  if (!name.empty() && std::find(users.begin(), users.end(), name) != users.end()) return true;
  return std::any_of(options.allowed_groups.begin(), options.allowed_groups.end(),
                     [&](const std::string& group) { return is_in_group(name, peer.gid, group); });
}

async::Task<Result<std::string>> AdminRole::read_line(net::Stream& stream) {
  const async::Context here = co_await async::CurrentContext();
  const async::Deadline deadline = here.loop->in(options_().timeout);
  std::string line;
  std::string buffer(16384, '\0');
  for (;;) {
    const Result<std::size_t> n = co_await stream.read_some(buffer, deadline);
    if (!n) co_return fail(n.error());
    if (*n == 0) co_return fail(Errc::closed, "no command");
    line.append(buffer, 0, *n);
    const auto end = line.find('\n');
    if (end != std::string::npos) {
      line.resize(end);
      co_return line;
    }
    if (line.size() > kMostRequest) co_return fail(Errc::too_large, "a command of more than 1 MiB");
  }
}

async::Task<> AdminRole::serve(net::Accepted accepted) {
  const async::Context here = co_await async::CurrentContext();
  net::Stream& stream = *accepted.stream;
  const net::PeerCredentials peer = accepted.credentials.value_or(net::PeerCredentials{~0u, ~0u});
  const Result<std::string> line = co_await read_line(stream);
  if (!line) co_return;
  CommandOutput output;
  const auto words = parse_request(*line);
  if (!words) {
    output = failed(words.error());
  } else {
    const auto job = [this, peer, words = *words] {
      if (!is_allowed(peer, geteuid(), options_())) {
        return failed(Error(Errc::denied, "you are not an administrator: see [admin] in sallyport.conf(5)"));
      }
      return run_(words);
    };
    // Bounded by the job itself: what was begun must be told how it ended.
    Result<CommandOutput> answer = co_await executor_.run(job, async::Deadline::never());
    if (answer) {
      output = std::move(*answer);
    } else {
      output = failed(answer.error());
    }
    log::AuditRecord record;
    record.time = wall_now();
    record.event = "admin";
    const std::string action = for_audit(*words);
    record.action = action;
    record.outcome = output.exit_code == kDone ? log::Outcome::success : log::Outcome::failure;
    const std::string user = "uid " + std::to_string(peer.uid);
    record.user = user;
    record.detail = output.err;
    logs_.audit(record);
  }
  const std::string reply = render_reply(output);
  const async::Deadline deadline = here.loop->in(options_().timeout);
  const Result<> written = co_await stream.write_all(reply, deadline);
  if (written) stream.shut_write();
}

}  // namespace sallyport::admin
