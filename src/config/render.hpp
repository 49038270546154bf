#pragma once

#include <string>

// What the table says, as text for people and programs. Same table, same text: the copies in the source tree are
// compared with these in the test suite.
namespace sallyport::config {

// The reference part of sallyport.conf(5): mdoc from ".Sh STANZAS" on.
std::string render_man();
// A sallyport.conf in which every setting stands with its default, commented out.
std::string render_sample();
// A JSON schema (draft 2020-12) of the settings as {"stanza": {"key": value}}; lists are arrays.
std::string render_json_schema();

}  // namespace sallyport::config
