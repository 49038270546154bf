#include "config/restart.hpp"

#include "config/schema.hpp"

namespace sallyport::config {

std::vector<std::string> keep_until_restart(const Settings& running, Settings& next) {
  std::vector<std::string> changed;
  for (const SettingSpec& row : schema()) {
    if (row.takes_effect != TakesEffect::restart || row.field.same(running, next)) continue;
    row.field.copy(running, next);
    changed.push_back("[" + std::string(row.stanza) + "] " + std::string(row.key));
  }
  return changed;
}

}  // namespace sallyport::config
