#pragma once

#include <memory>
#include <string>
#include <vector>

#include "authz/policy_document.hpp"
#include "config/diagnostic.hpp"
#include "config/settings.hpp"
#include "junction/junction.hpp"
#include "login/ldif_registry.hpp"

namespace sallyport::server {

// sallyport.conf, read and checked. Blocks, as everything here.
struct LoadedSettings {
  std::shared_ptr<const config::Settings> settings;  // null if there are errors
  config::Diagnostics diagnostics;
};
LoadedSettings load_settings(const std::string& path);

// The policy store. A file that is not there gives the default policy. Errors: bad_config and the like with
// "file: line n: ...".
Result<authz::PolicyDocument> load_policy(const std::string& path, const authz::PolicyLimits& limits);
Result<> save_policy(const std::string& path, const authz::PolicyDocument& document);

// The junction database: one XML file a junction. A directory that is not there gives none.
Result<std::vector<junction::Junction>> load_junctions(const std::string& directory);
Result<> save_junction(const std::string& directory, const junction::Junction& junction);
Result<> delete_junction(const std::string& directory, const junction::Junction& junction);

// The LDIF registry.
struct LoadedRegistry {
  login::LdifDocument document;
  std::shared_ptr<const login::LdifRegistry> registry;
};
Result<LoadedRegistry> load_registry(const std::string& path);
Result<> save_registry(const std::string& path, const login::LdifDocument& document);

}  // namespace sallyport::server
