// One spelling for every path that a case-insensitive back end takes for the same file.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sallyport::junction {

// The path (valid UTF-8) in lower case, for the object that policy judges on a junction with -i. Latin, Greek and
// Cyrillic letters are folded, scripts without case stay. Error: not_found, for paths that such a back end could read
// as some other name: letters that this function cannot fold, a segment that ends with '.' or ' ', one with ':'
// (streams of NTFS) or with '~' and a digit (8.3 names). They would be judged as one object and served as another.
Result<std::string> folded_path(std::string_view path);

}  // namespace sallyport::junction
