#include "config/restart.hpp"

#include "config/schema.hpp"

namespace sallyport::config {

std::vector<std::string> keep_until_restart(const Settings& running, Settings& next) {
  std::vector<std::string> changed;
  for (const SettingSpec& row : schema()) {
    if (row.takes_effect != TakesEffect::restart) continue;
    const bool same = row.field.same(running, next);
    row.field.keep(running, next);  // in any case: interfaces keep their order, too
    if (!same) changed.push_back("[" + std::string(row.stanza) + "]" + (row.is_map() ? "" : " " + std::string(row.key)));
  }
  return changed;
}

}  // namespace sallyport::config
