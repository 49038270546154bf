#include "junction/table.hpp"

#include "base/text.hpp"
#include "junction/case_folding.hpp"
#include "junction/upstream_path.hpp"

namespace sallyport::junction {

bool is_reserved_path(std::string_view path) {
  return starts_with_ignoring_case(path, "/pkms");
}

Result<JunctionTable> JunctionTable::make(std::vector<Junction> junctions) {
  JunctionTable table;
  for (Junction& junction : junctions) {
    if (auto valid = validate(junction); !valid) return fail(valid.error());
    const auto shared = std::make_shared<const Junction>(std::move(junction));
    const bool is_virtual = shared->kind == Kind::virtual_host;
    Map& by_name = is_virtual ? table.by_label_ : table.by_point_;
    if (!by_name.emplace(shared->name(), shared).second) {
      return fail(Errc::bad_config, "junction " + shared->name() + ": defined twice");
    }
    if (!is_virtual) continue;
    const auto [other, is_new] = table.by_authority_.emplace(shared->authority, shared);
    if (!is_new) {
      return fail(Errc::bad_config, "junction " + shared->name() + ": its host " + shared->authority +
                                        " belongs to junction " + other->second->name() + " already");
    }
  }
  return table;
}

const Junction* JunctionTable::match(const http::CanonicalTarget& target) const {
  if (const auto found = by_authority_.find(target.authority()); found != by_authority_.end()) return found->second.get();
  // Prefixes that end where a segment ends, the longest first.
  std::string_view prefix = target.path();
  for (;;) {
    if (const auto found = by_point_.find(prefix); found != by_point_.end()) return found->second.get();
    const auto slash = prefix.rfind('/');
    if (slash == std::string_view::npos || slash == 0) break;
    prefix = prefix.substr(0, slash);
  }
  const auto root = by_point_.find("/");
  return root == by_point_.end() ? nullptr : root->second.get();
}

Result<Route> JunctionTable::route(const http::CanonicalTarget& target) const {
  if (target.is_asterisk()) return fail(Errc::unsupported, "the target \"*\" belongs to no junction", Side::client);
  if (is_reserved_path(target.path())) return fail(Errc::not_found, "a path of the proxy itself", Side::client);
  const Junction* const junction = match(target);
  if (junction == nullptr) return fail(Errc::not_found, "no junction for this host and path", Side::client);

  Route route;
  const bool is_virtual = junction->kind == Kind::virtual_host;
  const std::string_view point = is_virtual ? std::string_view("/") : std::string_view(junction->point);
  if (is_virtual) route.object_prefix = "/@" + junction->label;
  route.object_path = route.object_prefix;
  if (junction->case_insensitive) {
    // The mount point keeps its spelling: it is matched as it is written, and so are policies attached to it.
    const std::size_t kept = point == "/" ? 0 : point.size();
    auto folded = folded_path(std::string_view(target.path()).substr(kept));
    if (!folded) return fail(folded.error());
    route.object_path += target.path().substr(0, kept);
    route.object_path += *folded;
  } else {
    route.object_path += target.path();
  }

  if (junction->kind == Kind::standard) {
    auto rest = strip_point(point, target.path(), target.wire_path());
    if (!rest) return fail(rest.error());
    route.upstream_target = std::move(*rest);
  } else {
    route.upstream_target = target.wire_path();
  }
  if (target.has_query()) route.upstream_target.append(1, '?').append(target.query());
  route.junction = junction;
  return route;
}

Result<authz::ObjectName> object_of(const Route& route, const authz::ObjectName& server,
                                    const http::CanonicalTarget& target) {
  if (route.junction->case_insensitive) {
    std::string_view path = route.object_path;
    if (path.ends_with('/')) path.remove_suffix(1);
    return authz::ObjectName::parse(server.text() + std::string(path));
  }
  if (route.object_prefix.empty()) return authz::ObjectName::of(server, target);
  auto base = authz::ObjectName::parse(server.text() + route.object_prefix);
  if (!base) return base;
  return authz::ObjectName::of(*base, target);
}

std::shared_ptr<const Junction> JunctionTable::find(std::string_view name) const {
  const Map& map = name.starts_with('/') ? by_point_ : by_label_;
  const auto found = map.find(name);
  return found == map.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Junction>> JunctionTable::standard() const {
  std::vector<std::shared_ptr<const Junction>> out;
  for (const auto& [point, junction] : by_point_) out.push_back(junction);
  return out;
}

std::vector<std::shared_ptr<const Junction>> JunctionTable::virtual_hosts() const {
  std::vector<std::shared_ptr<const Junction>> out;
  for (const auto& [label, junction] : by_label_) out.push_back(junction);
  return out;
}

}  // namespace sallyport::junction
