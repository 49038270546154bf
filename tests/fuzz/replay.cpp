// usage: replay CORPUS_DIRECTORY
// Gives each fuzz target the seeds in its folder, once: what has been found before is found again without a fuzzer.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "check.hpp"

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY\n", argv[0]);
    return 2;
  }
  int status = 0;
  for (const auto& [name, run] : sallyport::fuzz::targets()) {
    std::size_t seeds = 0;
    std::error_code error;
    for (fs::directory_iterator entry(fs::path(argv[1]) / name, error), end; !error && entry != end;
         entry.increment(error)) {
      std::ifstream in(entry->path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      std::fprintf(stderr, "%s: %s\n", name.c_str(), entry->path().filename().c_str());
      run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++seeds;
    }
    run(nullptr, 0);
    std::printf("%s: %zu seeds\n", name.c_str(), seeds);
    if (seeds == 0) status = 1;
  }
  return status;
}
