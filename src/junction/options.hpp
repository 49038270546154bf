// The arguments of `create`, `add` and their virtual-host forms, as pdadmin has them.
#pragma once

#include <span>
#include <string>

#include "junction/junction.hpp"

namespace sallyport::junction {

// `create -t tcp -h host ... /point`, `virtualhost create -t tcp -h host -v app.example ... label`.
struct CreateRequest {
  Junction junction;   // with one server; its uuid is empty unless -u was given
  bool force = false;  // -f: an existing junction of that name is replaced
};

// `add -h host ... /point`: one more server for a junction that is there.
struct AddRequest {
  std::string name;  // the point, or the label
  Server server;     // uuid empty unless -u was given; port 0 unless -p was given
};

// Each takes the arguments after the word `create` or `add`. The name of the junction may stand before, between or
// after the options; "--" ends them. The error (bad_config) is one line: which argument, what is wrong, what would be
// right. WebSEAL's options that are not served here are refused by name, never skipped. The result of parse_create is
// not yet validated as a whole (see validate()), because it may still lack its uuid.
Result<CreateRequest> parse_create(std::span<const std::string> arguments);
Result<CreateRequest> parse_virtualhost_create(std::span<const std::string> arguments);
Result<AddRequest> parse_add(std::span<const std::string> arguments);
Result<AddRequest> parse_virtualhost_add(std::span<const std::string> arguments);

}  // namespace sallyport::junction
