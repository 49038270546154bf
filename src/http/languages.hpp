#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace sallyport::http {

// Whether a text has the form of a language tag (RFC 5646): "de", "pt-BR", "zh-Hant-TW". The first part has two or three
// letters.
bool is_language_tag(std::string_view text);

// Which of the languages that there are the client wants most, by its Accept-Language fields and the lookup of RFC 4647
// section 3.4: the heaviest range first, of equal ones the first; "de-AT" is content with "de", "de" with nothing
// narrower. Empty: the default does, since no range before one that the default serves is served. `available` are tags
// in lower case, sorted; the result is one of them. `own` is the default's language.
std::string_view preferred_language(const Headers& headers, const std::vector<std::string>& available,
                                    std::string_view own);

}  // namespace sallyport::http
