#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "authn/page.hpp"
#include "exchange/exchange.hpp"

namespace sallyport::inbound {

// The pages that Sallyport itself shows, in all languages that there are, read once from two directories: login.html and
// its like with style.css, and <status>.html for errors. A directory in one of them that is called like a language holds
// the same in that language; what it lacks is taken from above. Immutable; a reload makes another one.
class Pages final : public exchange::ErrorPageSource {
 public:
  // Reads and checks all of them; blocks. `error_root`: empty for "errors" in `root`. Errors: not_found (a page that must
  // be there), bad_config (file:line: what).
  static Result<std::shared_ptr<const Pages>> load(const std::string& root, const std::string& error_root);

  // Is there such a page, whatever the language?
  bool has(std::string_view name) const;
  // `name`: "login.html", or "errors/404.html". What is not there is an empty page: load() makes sure of those that must
  // be. The language is chosen by Accept-Language; no part of the request ever names a file.
  std::string render(std::string_view name, const authn::PageValues& values, const http::Headers& headers) const;
  std::string render_error(int status, std::string_view request_id, const http::Headers& headers,
                           bool as_html) const override;

 private:
  using Set = std::map<std::string, authn::Page, std::less<>>;

  Pages() = default;
  static Result<> add(Set& set, const std::string& directory, const std::string& prefix, std::string_view style);
  Result<> add_languages(const std::string& directory, const std::string& prefix, std::string_view style);

  Set pages_;
  std::map<std::string, Set, std::less<>> translated_;  // by language tag in lower case
  std::vector<std::string> languages_;                  // those of translated_, sorted
  std::string own_language_;                            // what login.html says of itself
};

}  // namespace sallyport::inbound
