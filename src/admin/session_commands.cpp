#include "admin/session_commands.hpp"

#include "base/text.hpp"

namespace sallyport::admin {
namespace {

constexpr std::size_t kMostListed = 10'000;
constexpr std::string_view kUsage =
    "session list | session show <session id> | session terminate <session id> | session terminate all_sessions <user>";

std::string summary(const session::Session& session) {
  std::string out = "Session ID: " + session.handle + "\n";
  out += labelled(4, "User", session.subject.name());
  out += labelled(4, "Authentication level", std::to_string(session.subject.level()));
  if (session.subject.is_authenticated()) {
    out += labelled(4, "Authentication method", session.subject.credential().method());
  }
  return out;
}

CommandOutput list(const store::SessionStore& sessions) {
  std::string out;
  for (const auto& session : sessions.list(kMostListed)) {
    if (session::is_left_behind(*session)) continue;  // it stands there under its new id
    out += summary(*session);
  }
  if (sessions.size() > kMostListed) out += "... and more\n";
  return printed(std::move(out));
}

std::string seconds_since(TimePoint then) {
  const auto ago = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - then);
  return std::to_string(ago.count()) + " seconds ago";
}

CommandOutput show(const store::SessionStore& sessions, const std::string& handle) {
  for (const auto& session : sessions.list(SIZE_MAX)) {
    if (session->handle != handle || session::is_left_behind(*session)) continue;
    std::string out = summary(*session);
    if (session->subject.is_authenticated()) {
      const identity::Credential& credential = session->subject.credential();
      if (!credential.dn().empty()) out += labelled(4, "DN", credential.dn());
      for (const identity::Name& group : credential.groups()) out += labelled(4, "Group", group.text());
    }
    out += labelled(4, "Lifetime began", seconds_since(session->created));
    out += labelled(4, "Authenticated", seconds_since(session->authenticated));
    out += labelled(4, "Last used", seconds_since(session->last_active));
    if (session->parked) {
      out += labelled(4, "Waits for a login", session->parked->method + " " + log_escaped(session->parked->target, 200));
    }
    return printed(std::move(out));
  }
  return failed(Error(Errc::not_found, "there is no session of id " + handle));
}

CommandOutput terminated(std::size_t count, const std::string& what) {
  if (count == 0) return failed(Error(Errc::not_found, "there is no session of " + what));
  return printed(std::to_string(count) + (count == 1 ? " session terminated\n" : " sessions terminated\n"));
}

}  // namespace

CommandOutput run_session_command(std::span<const std::string> words, store::SessionStore& sessions) {
  if (words.size() == 2 && words[0] == "session" && words[1] == "list") return list(sessions);
  if (words.size() == 3 && words[0] == "session" && words[1] == "show") return show(sessions, words[2]);
  if (!words.empty() && words[0] == "session") words = words.subspan(1);
  if (words.size() == 3 && words[0] == "terminate" && words[1] == "all_sessions") {
    const auto name = identity::Name::make(words[2]);
    if (!name) return failed(name.error());
    const auto is_users = [&](const session::Session& session) {
      return session.subject.is_authenticated() && session.subject.credential().user() == *name;
    };
    return terminated(sessions.erase_if(is_users), "user " + words[2]);
  }
  const bool by_id = words.size() == 2 || (words.size() == 3 && words[1] == "session");
  if (by_id && words[0] == "terminate") {
    const std::string& handle = words.back();
    const auto is_it = [&](const session::Session& session) { return session.handle == handle; };
    return terminated(sessions.erase_if(is_it), "id " + handle);
  }
  return misused(kUsage);
}

}  // namespace sallyport::admin
