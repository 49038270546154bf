#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "http/message.hpp"

// What the fuzz targets share.
namespace sallyport::fuzz {

// Aborts, which the fuzzer reports together with the input.
[[noreturn]] inline void fail(const std::string& what) {
  std::fprintf(stderr, "violated: %s\n", what.c_str());
  std::abort();
}
inline void check(bool holds, const char* what) {
  if (!holds) fail(what);
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A small generator: where to cut depends on the input alone.
class Cuts {
 public:
  explicit Cuts(std::string_view input) {
    for (const char c : input) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  // Between 1 and `left`, mostly small.
  std::size_t next(std::size_t left) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    const std::size_t cut = 1 + (state_ >> 33) % ((state_ >> 62) == 0 ? 64 : 4);
    return cut < left ? cut : left;
  }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325;
};

inline std::string text_of(const http::Headers& headers) {
  std::string text;
  for (const http::Field field : headers) text.append(field.name).append(": ").append(field.value).append("\n");
  return text;
}

using Target = int (*)(const std::uint8_t* data, std::size_t size);

// All that are linked in, by their names: for tests/fuzz/replay, which has many.
inline std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> all;
  return all;
}

}  // namespace sallyport::fuzz

// FUZZ_TARGET(name) { ... return 0; } looks at `data` and `size`. The seeds are in corpus/name.
#ifdef SALLYPORT_FUZZ_REPLAY
#define FUZZ_TARGET(name)                                                                                              \
  static int fuzz_##name(const std::uint8_t* data, std::size_t size);                                                  \
  [[maybe_unused]] static const bool name##_is_listed = sallyport::fuzz::targets().emplace(#name, fuzz_##name).second; \
  static int fuzz_##name([[maybe_unused]] const std::uint8_t* data, [[maybe_unused]] std::size_t size)
#else
#define FUZZ_TARGET(name) extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
#endif
