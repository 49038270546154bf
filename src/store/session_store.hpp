// store: where sessions are kept between requests. Comes in: session ids and session values; goes out: the same. It owns
// the entries; it does not know what makes a session valid (session::judge does), nor cookies, nor HTTP.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "async/soon.hpp"
#include "base/result.hpp"
#include "session/session.hpp"
#include "session/session_id.hpp"

namespace sallyport::store {

using SessionPtr = std::shared_ptr<const session::Session>;

// Thread-safe. Sessions are immutable: a change puts another value in place of the one that the caller saw, and says
// false when somebody else was quicker. Errors: unavailable (a store elsewhere that does not answer): the caller must
// then treat the visitor as nobody.
class SessionStore {
 public:
  virtual ~SessionStore() = default;

  // Null if there is no such session. Counts as use of the entry.
  virtual async::Soon<Result<SessionPtr>> find(const session::SessionId& id) = 0;
  virtual async::Task<Result<>> insert(const session::SessionId& id, SessionPtr session) = 0;
  virtual async::Task<Result<bool>> replace(const session::SessionId& id, const SessionPtr& seen, SessionPtr next) = 0;
  // The same under another id. What is found under the old id from then on is `left`; if that is null, the old id is
  // dead at once (attack cases F1, F2).
  virtual async::Task<Result<bool>> rekey(const session::SessionId& id, const session::SessionId& new_id,
                                          const SessionPtr& seen, SessionPtr next, SessionPtr left) = 0;
  virtual async::Task<Result<>> erase(const session::SessionId& id) = 0;

  // Those with one of these handles, whatever their ids are now. Looks at every session.
  virtual std::vector<SessionPtr> with_handles(const std::set<std::string, std::less<>>& handles) const = 0;

  // Of users who have used them since then.
  virtual std::vector<SessionPtr> active_since(TimePoint when) const = 0;
  // Puts what `next` makes of a user's session, a session of a user again, in its place, where that is not null; how many there were. Is no use of them.
  virtual std::size_t replace_if(const std::function<SessionPtr(const SessionPtr&)>& next) = 0;

  // For administrators: at most `limit` sessions, and ending those for which `which` is true (how many there were).
  virtual std::vector<SessionPtr> list(std::size_t limit) const = 0;
  virtual std::size_t erase_if(const std::function<bool(const session::Session&)>& which) = 0;
  virtual std::size_t size() const = 0;
};

}  // namespace sallyport::store
