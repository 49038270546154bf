// The junction database: one XML file for each junction (schemas/junction.xsd). Text only; who reads and writes the
// files is elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "junction/junction.hpp"
#include "xml/element.hpp"

namespace sallyport::junction {

// The document for a valid junction. The same junction always gives the same bytes, and parse_junction() gives the
// same junction back.
std::string render_junction(const Junction& junction);

// Reads a document; strictly: what the schema does not know is refused, and so is a junction that validate() refuses.
// Errors: those of xml::validate and bad_config; the detail begins with "line 12: " wherever there is a line.
Result<Junction> parse_junction(std::string_view text, const xml::XmlLimits& limits);

// The name of the file in which a junction of that name is kept: "%2Fapp%2Fone.xml" for "/app/one", "@shop.xml" for
// the virtual host junction "shop". No name of a valid junction gives one with a '/', a leading '.' or more than 255
// bytes, and no two give the same.
std::string file_name_of(const Junction& junction);

// The mount point or label whose file has that name; nothing for a name that file_name_of() never gives.
std::optional<std::string> name_of_file(std::string_view file_name);

}  // namespace sallyport::junction
