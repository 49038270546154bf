// Junctions for tests.
#pragma once

#include <string>

#include "junction/junction.hpp"

namespace sallyport::junction {

inline Server sample_server(int number = 1) {
  Server server;
  server.uuid = "00000000-0000-4000-8000-00000000000" + std::to_string(number);
  server.host = "backend.example";
  server.port = 80;
  return server;
}

inline Junction sample_standard(std::string point) {
  Junction junction;
  junction.point = std::move(point);
  junction.servers.push_back(sample_server());
  return junction;
}

inline Junction sample_transparent(std::string point) {
  Junction junction = sample_standard(std::move(point));
  junction.kind = Kind::transparent_path;
  return junction;
}

inline Junction sample_virtual_host(std::string label, std::string authority) {
  Junction junction = sample_standard("");
  junction.kind = Kind::virtual_host;
  junction.label = std::move(label);
  junction.authority = std::move(authority);
  return junction;
}

}  // namespace sallyport::junction
