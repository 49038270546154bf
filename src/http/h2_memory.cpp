#include "http/h2_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace sallyport::http {
namespace {

constexpr std::size_t kPage = 4096;
// Blocks of nghttp2 1.52. Were they of other sizes, they would stand where everything else does, and nothing be saved.
constexpr std::size_t kTable = kPage;  // 256 places of 16 bytes
constexpr std::size_t kLeastBuffer = 16 * 1024;
constexpr std::size_t kBuffer = 5 * kPage;

bool is_all_zero(const char* bytes, std::size_t size) {
  return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0;
}

}  // namespace

// What nghttp2 calls.
struct H2Memory::Functions {
  static H2Memory& self(void* user) { return *static_cast<H2Memory*>(user); }

  static void* on_malloc(std::size_t size, void* user) noexcept { return self(user).allocate(size); }
  static void on_free(void* block, void* user) noexcept { self(user).release(block); }
  static void* on_calloc(std::size_t count, std::size_t size, void* user) noexcept {
    if (size != 0 && count > SIZE_MAX / size) return nullptr;
    return self(user).allocate_zeroed(count * size);
  }
  static void* on_realloc(void* block, std::size_t size, void* user) noexcept {
    H2Memory& memory = self(user);
    if (block == nullptr) return memory.allocate(size);
    const bool is_table = block == memory.pages_;
    if (!is_table && block != memory.pages_ + kTable) return std::realloc(block, size);
    void* const moved = std::malloc(size);
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, block, std::min(size, is_table ? kTable : kBuffer));
    memory.release(block);
    return moved;
  }
};

H2Memory::H2Memory()
    : functions_{this, Functions::on_malloc, Functions::on_free, Functions::on_calloc, Functions::on_realloc},
      pages_(static_cast<char*>(std::aligned_alloc(kPage, kTable + kBuffer))) {
  if (pages_ == nullptr) throw std::bad_alloc();
}

H2Memory::~H2Memory() { std::free(pages_); }

void* H2Memory::allocate(std::size_t size) {
  if (buffer_is_taken_ || size < kLeastBuffer || size > kBuffer) return std::malloc(size);
  buffer_is_taken_ = true;
  return pages_ + kTable;
}

void* H2Memory::allocate_zeroed(std::size_t size) {
  if (table_is_taken_ || size != kTable) return std::calloc(1, size);
  table_is_taken_ = true;
  return std::memset(pages_, 0, kTable);
}

void H2Memory::release(void* block) {
  if (block == pages_) {
    table_is_taken_ = false;
  } else if (block == pages_ + kTable) {
    buffer_is_taken_ = false;
  } else {
    std::free(block);
  }
}

void H2Memory::rest() {
  // A page that was given back reads as zeros.
  const bool table_is_empty = table_is_taken_ && is_all_zero(pages_, kTable);
  const std::size_t from = table_is_empty ? 0 : kTable;
  madvise(pages_ + from, kTable + kBuffer - from, MADV_DONTNEED);
}

}  // namespace sallyport::http
