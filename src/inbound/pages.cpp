#include "inbound/pages.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "http/h1_renderer.hpp"

namespace sallyport::inbound {
namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::not_found, path.string() + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  if (text.view().size() > kMostBytes) return fail(Errc::bad_config, path.string() + ": larger than 1 MiB");
  return std::move(text).str();
}

constexpr std::string_view kNeeded[] = {"login.html", "login_success.html", "logout.html", "help.html"};

}  // namespace

Result<std::shared_ptr<const Pages>> Pages::load(const std::string& directory) {
  const std::filesystem::path root(directory);
  auto style = read_file(root / "style.css");
  if (!style) return fail(style.error());
  std::shared_ptr<Pages> pages(new Pages);
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != ".html") continue;
    auto text = read_file(entry->path());
    if (!text) return fail(text.error());
    auto page = authn::Page::parse(entry->path().string(), *text, *style);
    if (!page) return fail(page.error());
    pages->pages_.emplace(std::filesystem::relative(entry->path(), root).generic_string(), std::move(*page));
  }
  if (error) return fail(Errc::not_found, directory + ": " + error.message());
  for (const auto name : kNeeded) {
    if (!pages->pages_.contains(name)) {
      return fail(Errc::not_found, (root / name).string() + ": this page is needed");
    }
  }
  return std::shared_ptr<const Pages>(std::move(pages));
}

std::string Pages::render(std::string_view name, const authn::PageValues& values) const {
  const auto found = pages_.find(name);
  return found == pages_.end() ? std::string() : found->second.render(values);
}

std::string Pages::render_error(int status, std::string_view request_id, std::string_view host,
                                bool as_html) const {
  const std::string reason(http::reason_phrase(status));
  if (!as_html) {
    return "{\"status\":" + std::to_string(status) + ",\"error\":\"" + reason + "\",\"request_id\":\"" +
           std::string(request_id) + "\"}\n";
  }
  authn::PageValues values;
  values.set("REQUEST_ID", request_id);
  values.set("HOSTNAME", host);
  values.set("ERROR_CODE", std::to_string(status));
  values.set("ERROR", reason);
  const std::string page = render("errors/" + std::to_string(status) + ".html", values);
  if (!page.empty()) return page;
  return "<!DOCTYPE html>\n<html lang=\"en\"><title>" + reason + "</title><h1>" + reason + "</h1></html>\n";
}

}  // namespace sallyport::inbound
