#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Files of the administrator, read and written whole. These calls block: never on a worker's loop.
namespace sallyport::server {

// How large a file of certificates or keys may be.
inline constexpr std::size_t kMostPem = 1024 * 1024;

// Errors: not_found, denied, too_large, internal, each with the path.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

// Replaces the file in one step: readers see the old or the new content, also after a crash. The new file keeps the old
// one's permission bits, or gets `mode` if there was none. Errors as above.
Result<> write_file(const std::string& path, std::string_view content, unsigned mode);

// Writes behind the file's end, which survives a crash when this returns. A new file gets `mode`. Errors as above.
Result<> append_to_file(const std::string& path, std::string_view content, unsigned mode);

// Names (not paths) of the regular files in a directory that end in `suffix`, sorted. Errors: not_found, denied.
Result<std::vector<std::string>> list_files(const std::string& directory, std::string_view suffix);

// A file that is not there is no error.
Result<> remove_file(const std::string& path);

// May users who are neither the owner nor in the group read or write it? No for a file that is not there.
bool is_open_to_others(const std::string& path);

}  // namespace sallyport::server
