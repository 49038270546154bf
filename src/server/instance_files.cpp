#include "server/instance_files.hpp"

#include <filesystem>

#include "authz/policy_xml.hpp"
#include "config/parser.hpp"
#include "junction/xml_store.hpp"
#include "server/files.hpp"

namespace sallyport::server {
namespace {

constexpr std::size_t kMostConfig = 1024 * 1024;
constexpr std::size_t kMostStore = 64 * 1024 * 1024;
constexpr unsigned kStoreMode = 0640;

tl::unexpected<Error> in_file(const std::string& path, const Error& error) {
  return fail(error.code, path + ": " + error.detail);
}

}  // namespace

LoadedSettings load_settings(const std::string& path) {
  LoadedSettings loaded;
  const auto text = read_file(path, kMostConfig);
  if (!text) {
    config::Diagnostic diagnostic;
    diagnostic.file = path;
    diagnostic.message = text.error().detail;
    loaded.diagnostics.push_back(std::move(diagnostic));
    return loaded;
  }
  config::Parsed parsed = config::parse(*text, path);
  loaded.diagnostics = std::move(parsed.diagnostics);
  if (config::has_errors(loaded.diagnostics)) return loaded;
  loaded.settings = std::make_shared<const config::Settings>(std::move(parsed.settings));
  return loaded;
}

Result<authz::PolicyDocument> load_policy(const std::string& path, const authz::PolicyLimits& limits) {
  const auto text = read_file(path, kMostStore);
  if (!text) {
    if (text.error().code == Errc::not_found) return authz::PolicyDocument::with_defaults(limits);
    return fail(text.error());
  }
  auto document = authz::parse_policy(*text, limits);
  if (!document) return in_file(path, document.error());
  return document;
}

Result<> save_policy(const std::string& path, const authz::PolicyDocument& document) {
  return write_file(path, authz::render_policy(document), kStoreMode);
}

Result<std::vector<junction::Junction>> load_junctions(const std::string& directory) {
  std::vector<junction::Junction> junctions;
  const auto names = list_files(directory, ".xml");
  if (!names) {
    if (names.error().code == Errc::not_found) return junctions;
    return fail(names.error());
  }
  for (const std::string& name : *names) {
    const std::string path = directory + "/" + name;
    const auto text = read_file(path, kMostStore);
    if (!text) return fail(text.error());
    auto junction = junction::parse_junction(*text, xml::XmlLimits());
    if (!junction) return in_file(path, junction.error());
    if (junction::file_name_of(*junction) != name) {
      return fail(Errc::bad_config, path + ": the junction " + junction->name() + " belongs into " +
                                        junction::file_name_of(*junction));
    }
    junctions.push_back(std::move(*junction));
  }
  return junctions;
}

Result<> save_junction(const std::string& directory, const junction::Junction& junction) {
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);  // writing says what is wrong
  return write_file(directory + "/" + junction::file_name_of(junction), junction::render_junction(junction),
                    kStoreMode);
}

Result<> delete_junction(const std::string& directory, const junction::Junction& junction) {
  return remove_file(directory + "/" + junction::file_name_of(junction));
}

Result<LoadedRegistry> load_registry(const std::string& path) {
  const auto text = read_file(path, kMostStore);
  if (!text) return fail(text.error());
  auto document = login::parse_ldif(*text, login::LdifLimits());
  if (!document) return in_file(path, document.error());
  auto registry = login::LdifRegistry::make(*document);
  if (!registry) return in_file(path, registry.error());
  return LoadedRegistry{std::move(*document), std::move(*registry)};
}

Result<> save_registry(const std::string& path, const login::LdifDocument& document) {
  return write_file(path, login::render_ldif(document), 0600);
}

}  // namespace sallyport::server
