#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "authz/object_name.hpp"
#include "http/target.hpp"
#include "junction/junction.hpp"

namespace sallyport::junction {

// Where a request goes. The table, or a copy of it, must outlive it.
struct Route {
  const Junction* junction = nullptr;  // the table's
  // "" for junctions at a mount point, "/@label" for virtual host junctions.
  std::string object_prefix;
  // The name of the object to judge, below the object of the server: object_prefix and the path, in the one spelling
  // that a case-insensitive junction has ("/app/reports", "/@shop/basket").
  std::string object_path;
  // The request-target for the back end: the path, percent-encoded, and "?query".
  std::string upstream_target;
};

// All junctions of one server, as they were at one moment. Immutable; copies share the junctions.
class JunctionTable {
 public:
  JunctionTable() = default;

  // Every junction must be valid, points and labels and the hosts of virtual host junctions must be unique. Error:
  // bad_config, one line that names the junction.
  static Result<JunctionTable> make(std::vector<Junction> junctions);

  // A virtual host junction whose host was asked for wins; otherwise the longest mount point that covers the path by
  // whole segments. Errors: not_found if there is none (an unknown host is never served by some other host's
  // junction) and for "/pkms*", which is ours; unsupported for "*"; malformed if the path cannot be mapped.
  Result<Route> route(const http::CanonicalTarget& target) const;

  // By point or label; null if there is none.
  std::shared_ptr<const Junction> find(std::string_view name) const;

  // In the order of their points.
  std::vector<std::shared_ptr<const Junction>> standard() const;
  // In the order of their labels.
  std::vector<std::shared_ptr<const Junction>> virtual_hosts() const;

  bool empty() const { return by_point_.empty() && by_label_.empty(); }

 private:
  using Map = std::map<std::string, std::shared_ptr<const Junction>, std::less<>>;

  const Junction* match(const http::CanonicalTarget& target) const;

  Map by_point_;
  Map by_label_;
  Map by_authority_;
};

// The object that policy judges for a request with this route: the target's path below `server` ("/WebSEAL/...") and
// the route's object_prefix. On a case-insensitive junction it is the route's object_path, the one spelling that all
// names of a file have. Errors, for such a junction only: malformed, too_large.
Result<authz::ObjectName> object_of(const Route& route, const authz::ObjectName& server,
                                    const http::CanonicalTarget& target);

// Whether a canonical path is one of the proxy's own: its first segment begins with "pkms", in any case.
bool is_reserved_path(std::string_view path);

}  // namespace sallyport::junction
