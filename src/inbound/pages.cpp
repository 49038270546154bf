#include "inbound/pages.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "http/h1_renderer.hpp"
#include "http/languages.hpp"

namespace sallyport::inbound {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 1024 * 1024;
constexpr std::size_t kMostLanguages = 100;
constexpr const char* kStyle = "style.css";
constexpr const char* kErrors = "errors/";

Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::not_found, path.string() + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  if (text.view().size() > kMostBytes) return fail(Errc::bad_config, path.string() + ": larger than 1 MiB");
  return std::move(text).str();
}

// Its own, or that of the pages above.
Result<std::string> style_in(const fs::path& directory, std::string_view above) {
  std::error_code ignored;
  if (!fs::exists(directory / kStyle, ignored)) return std::string(above);
  return read_file(directory / kStyle);
}

// What a page says of itself: "en" of <html lang="en">.
std::string language_of(std::string_view page) {
  constexpr std::string_view kAttribute = "lang=\"";
  const auto at = page.find(kAttribute);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = page.substr(at + kAttribute.size());
  return lowered(rest.substr(0, rest.find_first_of("-\"")));
}

constexpr std::string_view kNeeded[] = {"login.html", "login_success.html", "logout.html", "help.html"};

}  // namespace

// The pages in a directory, not those below it.
Result<> Pages::add(Set& set, const std::string& directory, const std::string& prefix, std::string_view style) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() != ".html") continue;
    auto text = read_file(entry->path());
    if (!text) return fail(text.error());
    auto page = authn::Page::parse(entry->path().string(), *text, style);
    if (!page) return fail(page.error());
    set.insert_or_assign(prefix + entry->path().filename().string(), std::move(*page));
  }
  if (error) return fail(Errc::not_found, directory + ": " + error.message());
  return Result<>();
}

Result<> Pages::add_languages(const std::string& directory, const std::string& prefix, std::string_view style) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (!http::is_language_tag(name) || !entry->is_directory(ignored)) continue;
    const auto own_style = style_in(entry->path(), style);
    if (!own_style) return fail(own_style.error());
    const auto added = add(translated_[lowered(name)], entry->path().string(), prefix, *own_style);
    if (!added) return added;
    if (translated_.size() > kMostLanguages) return fail(Errc::bad_config, directory + ": too many languages");
  }
  if (error) return fail(Errc::not_found, directory + ": " + error.message());
  return Result<>();
}

Result<std::shared_ptr<const Pages>> Pages::load(const std::string& root, const std::string& error_root) {
  const auto style = read_file(fs::path(root) / kStyle);
  if (!style) return fail(style.error());
  std::shared_ptr<Pages> pages(new Pages);
  if (const auto added = pages->add(pages->pages_, root, "", *style); !added) return fail(added.error());
  if (const auto added = pages->add_languages(root, "", *style); !added) return fail(added.error());
  for (const auto name : kNeeded) {
    if (!pages->pages_.contains(name)) {
      return fail(Errc::not_found, (fs::path(root) / name).string() + ": this page is needed");
    }
  }
  const fs::path errors = error_root.empty() ? fs::path(root) / "errors" : fs::path(error_root);
  std::error_code ignored;
  // Without a directory of that name there are no error pages but the plain ones.
  if (!error_root.empty() || fs::exists(errors, ignored)) {
    const auto error_style = style_in(errors, *style);
    if (!error_style) return fail(error_style.error());
    const auto added = pages->add(pages->pages_, errors.string(), kErrors, *error_style);
    if (!added) return fail(added.error());
    const auto translated = pages->add_languages(errors.string(), kErrors, *error_style);
    if (!translated) return fail(translated.error());
  }
  for (const auto& [language, set] : pages->translated_) pages->languages_.push_back(language);
  const auto login = read_file(fs::path(root) / "login.html");
  if (login) pages->own_language_ = language_of(*login);
  return std::shared_ptr<const Pages>(std::move(pages));
}

bool Pages::has(std::string_view name) const { return pages_.contains(name); }

std::string Pages::render(std::string_view name, const authn::PageValues& values, const http::Headers& headers) const {
  if (!languages_.empty()) {
    const auto language = translated_.find(http::preferred_language(headers, languages_, own_language_));
    if (language != translated_.end()) {
      const auto found = language->second.find(name);
      if (found != language->second.end()) return found->second.render(values);
    }
  }
  const auto found = pages_.find(name);
  return found == pages_.end() ? std::string() : found->second.render(values);
}

std::string Pages::render_error(int status, std::string_view request_id, const http::Headers& headers,
                                bool as_html) const {
  const std::string reason(http::reason_phrase(status));
  if (!as_html) {
    return "{\"status\":" + std::to_string(status) + ",\"error\":\"" + reason + "\",\"request_id\":\"" +
           std::string(request_id) + "\"}\n";
  }
  authn::PageValues values;
  values.set("REQUEST_ID", request_id);
  values.set("HOSTNAME", headers.find("Host").value_or(""));
  values.set("ERROR_CODE", std::to_string(status));
  values.set("ERROR", reason);
  const std::string page = render(kErrors + std::to_string(status) + ".html", values, headers);
  if (!page.empty()) return page;
  return "<!DOCTYPE html>\n<html lang=\"en\"><title>" + reason + "</title><h1>" + reason + "</h1></html>\n";
}

}  // namespace sallyport::inbound
