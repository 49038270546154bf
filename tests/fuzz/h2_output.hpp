#pragma once

#include "http/h2_core.hpp"

namespace sallyport::fuzz {

// Takes what an end of HTTP/2 has to say, in small pieces; how much it was.
inline std::size_t take_output(http::H2Core& session, bool& failed) {
  std::size_t said = 0;
  std::string out;
  while (session.has_output()) {
    out.clear();
    if (!session.output(out, 100)) failed = true;
    said += out.size();
    if (out.empty()) break;
  }
  return said;
}

}  // namespace sallyport::fuzz
