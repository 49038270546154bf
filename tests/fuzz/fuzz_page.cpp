// Page templates: no value can add markup, wherever a template that is accepted puts it. The page is rendered with
// values full of markup and with plain ones; both must have the same structure.
#include "authn/page.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "check.hpp"

using namespace sallyport;
using namespace sallyport::authn;

namespace {

constexpr const char* kMacros[] = {"AUTHNLEVEL", "AUTH_URL",   "BACK_NAME",  "BACK_URL", "ERROR",    "ERROR_CODE",
                                   "FORM_TOKEN", "HOSTNAME",   "HTTPS_BASE", "LOCATION", "METHOD",   "OLDSESSION",
                                   "REFERER",    "REQUEST_ID", "STEPUP",     "TAM_OP",   "USERNAME", "URL"};

PageValues values_of(std::string_view value, const Page& page) {
  PageValues values;
  for (const char* macro : kMacros) values.set(macro, value);
  for (const char* macro : {"HTTPHDR", "CREDATTR"}) {
    for (const std::string& argument : page.arguments_of(macro)) values.set(macro, argument, value);
  }
  return values;
}

// The characters that make markup. An apostrophe or quote of a value is always written as a reference.
std::string structure_of(std::string_view html) {
  std::string out;
  std::copy_if(html.begin(), html.end(), std::back_inserter(out),
               [](char c) { return c == '<' || c == '>' || c == '"' || c == '\''; });
  return out;
}

void check_rendering(const Page& page, bool shows_sections) {
  PageValues plain = values_of("/x", page);
  PageValues wild = values_of("\"'></style><script>alert(1)</script><!-- --> %USERNAME% javascript:&", page);
  if (shows_sections) {
    for (const char* section : {"CERTAUTHN", "BASICAUTHN", "TOKENAUTHN", "EAIAUTHN"}) {
      plain.show(section);
      wild.show(section);
    }
  }
  const std::string html = page.render(wild);
  fuzz::check(structure_of(html) == structure_of(page.render(plain)), "a value adds no markup");
  fuzz::check(is_utf8(html), "a page is text");
}

}  // namespace

FUZZ_TARGET(page) {
  const auto page = Page::parse("page.html", fuzz::text_of(data, size), "body { margin: 0 }");
  if (!page) {
    fuzz::check(page.error().detail.starts_with("page.html:"), "an error says where");
    fuzz::check(std::none_of(page.error().detail.begin(), page.error().detail.end(), is_control),
                "G7: an error is one line");
    return 0;
  }
  check_rendering(*page, false);
  check_rendering(*page, true);
  return 0;
}
