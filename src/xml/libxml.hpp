#pragma once

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sallyport::xml {

// Initializes what libxml2 would otherwise initialize on first use, racing with other threads.
void initialize_library();

// Releases with the library's function of that type.
template <auto Release>
struct Releaser {
  template <class T>
  void operator()(T* object) const {
    Release(object);
  }
};

inline std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

// "line 12: what the library says", in one line without control characters. Line 0 is the document as a whole.
std::string message_of(const xmlError& error);
std::string at_line(std::uint32_t line, std::string_view message);

}  // namespace sallyport::xml
