#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "authn/page.hpp"
#include "exchange/exchange.hpp"

namespace sallyport::inbound {

// The pages that Sallyport itself shows, read once from a directory: login.html and its like, errors/<status>.html,
// style.css. Immutable; a reload makes another one.
class Pages final : public exchange::ErrorPageSource {
 public:
  // Reads and checks all of them; blocks. Errors: not_found (a page that must be there), bad_config (file:line: what).
  static Result<std::shared_ptr<const Pages>> load(const std::string& directory);

  // `name`: "login.html". What is not there is an empty page: load() makes sure of those that must be.
  std::string render(std::string_view name, const authn::PageValues& values) const;
  std::string render_error(int status, std::string_view request_id, std::string_view host,
                           bool as_html) const override;

 private:
  Pages() = default;
  std::map<std::string, authn::Page, std::less<>> pages_;
};

}  // namespace sallyport::inbound
