// Writes the texts that are made from the table of settings: for the build, not installed.
#include <cstdio>
#include <string>
#include <string_view>

#include "config/render.hpp"

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  std::string text;
  if (what == "man") {
    text = sallyport::config::render_man();
  } else if (what == "sample") {
    text = sallyport::config::render_sample();
  } else if (what == "schema") {
    text = sallyport::config::render_json_schema();
  } else {
    std::fputs("usage: sallyport-docs man|sample|schema\n", stderr);
    return 2;
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}
