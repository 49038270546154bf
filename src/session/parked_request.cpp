#include "session/parked_request.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "session/same_origin.hpp"

namespace sallyport::session {
namespace {

// What says how to read the body, and what applications check on a form that is sent.
constexpr std::array<std::string_view, 7> kParkedFields = {
    "Content-Type", "Content-Encoding", "Content-Language", "Accept", "Accept-Language", "Origin", "Referer"};
// Of the request that asks for the replay: they speak of its own, empty body, or of a copy the browser has.
constexpr std::array<std::string_view, 9> kDroppedFields = {
    "Content-Length", "Transfer-Encoding",  "Expect", "Range", "If-Range", "If-Modified-Since", "If-None-Match",
    "If-Match",       "If-Unmodified-Since"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view n) { return equal_ignoring_case(n, name); });
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

Result<ParkedRequest> park(const http::RequestHead& head, const http::CanonicalTarget& target, std::string body,
                           std::string_view scheme, const identity::Subject& subject, TimePoint now,
                           const ParkLimits& limits) {
  if (head.method == "CONNECT" || head.method == "TRACE") return fail(Errc::unsupported, "not a request to repeat");
  // Every browser says where a POST comes from; a client that does not is none, and nobody can make it send one.
  if (!is_safe(head.method) && initiator_of(head.headers, scheme, target.authority()) == Initiator::other_page) {
    return fail(Errc::denied, "a request that may change something came from a page that is not ours", Side::client);
  }
  if (body.size() > limits.max_body) return fail(Errc::too_large, "the body of the interrupted request", Side::client);

  ParkedRequest parked;
  parked.method = head.method;
  parked.target = target.to_string();
  parked.authority = target.authority();
  std::size_t total = body.size() + parked.target.size();
  for (const http::Field field : head.headers) {
    if (!is_one_of(kParkedFields, field.name)) continue;
    parked.headers.add(field);
    total += field.name.size() + field.value.size();
  }
  if (total > limits.max_total) return fail(Errc::too_large, "the interrupted request", Side::client);
  parked.body = std::move(body);
  if (subject.is_authenticated()) parked.user = subject.credential().user().folded();
  parked.created = now;
  return parked;
}

bool is_for(const ParkedRequest& parked, const identity::Subject& subject) {
  if (parked.user.empty()) return true;
  return subject.is_authenticated() && subject.credential().user().folded() == parked.user;
}

bool is_return(const ParkedRequest& parked, const http::RequestHead& head, const http::CanonicalTarget& target,
               const identity::Subject& subject, TimePoint now, const ParkLimits& limits) {
  return head.method == "GET" && target.to_string() == parked.target && target.authority() == parked.authority &&
         is_for(parked, subject) && now - parked.created < limits.max_age;
}

http::RequestHead replayed(const ParkedRequest& parked, const http::RequestHead& head) {
  http::RequestHead next;
  next.method = parked.method;
  next.target = parked.target;
  next.version = head.version;
  for (const http::Field field : head.headers) {
    if (is_one_of(kParkedFields, field.name) || is_one_of(kDroppedFields, field.name)) continue;
    next.headers.add(field);
  }
  for (const http::Field field : parked.headers) next.headers.add(field);
  if (!is_safe(parked.method) || !parked.body.empty()) {
    next.headers.add("Content-Length", std::to_string(parked.body.size()));
  }
  return next;
}

}  // namespace sallyport::session
