// Configuration: whatever the file says, it is read to its end or to a limit, every diagnostic points into the file,
// and reading it twice gives the same.
#include <algorithm>

#include "base/text.hpp"
#include "check.hpp"
#include "config/parser.hpp"

using namespace sallyport;
using namespace sallyport::config;

FUZZ_TARGET(config) {
  const std::string_view input = fuzz::text_of(data, size);
  const ParseLimits limits{.max_file_size = 65536, .max_line_length = 4096, .max_diagnostics = 50};
  const Parsed parsed = parse(input, "f", limits);
  const auto lines = static_cast<std::uint32_t>(std::count(input.begin(), input.end(), '\n')) + 1;
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    fuzz::check(diagnostic.line <= lines, "a diagnostic's line is in the file");
    fuzz::check(diagnostic.column <= size + 1, "a diagnostic's column is in the file");
    const auto text = diagnostic.to_string();
    fuzz::check(is_utf8(text), "a diagnostic is text");
    fuzz::check(std::none_of(text.begin(), text.end(), is_control), "G7: a diagnostic is one line");
  }
  if (parsed.ok()) {
    const Settings& settings = parsed.settings;
    fuzz::check(settings.server.https || settings.server.http, "something is served");
    fuzz::check(settings.ssl.server_cert_file.size() == settings.ssl.server_key_file.size(), "certificates have keys");
    fuzz::check(settings.session.ssl_session_cookie_name.starts_with("__Host-"), "the cookie is bound to its host");
    fuzz::check(settings.server.max_client_read >= 4096, "ranges hold");
  }
  const Parsed again = parse(input, "f", limits);
  fuzz::check(again.diagnostics.size() == parsed.diagnostics.size() && again.lines == parsed.lines, "reading is pure");
  return 0;
}
