#pragma once

#include <string>

namespace sallyport::net {

// Buffers of what is on its way out are needed for a moment by many connections in turn: their storage goes from one to
// the next, so that nobody keeps it while he has nothing to say, and nobody lets it grow anew. Of the thread.

// Gives `buffer`, which is empty, storage that somebody has given back, if there is some.
void take_spare(std::string& buffer);
// Leaves `buffer` empty and without storage.
void give_back(std::string& buffer);

}  // namespace sallyport::net
