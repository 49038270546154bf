#include "net/block.hpp"

#include <cstring>
#include <vector>

namespace sallyport::net {
namespace {
constexpr std::size_t kKept = 64;  // 2 MiB a thread
thread_local std::vector<std::unique_ptr<char[]>> free_blocks;
}  // namespace

std::span<char> Block::room() {
  if (!storage_) {
    if (free_blocks.empty()) {
      storage_ = std::make_unique_for_overwrite<char[]>(kCapacity);
    } else {
      storage_ = std::move(free_blocks.back());
      free_blocks.pop_back();
    }
  }
  if (begin_ > 0 && end_ == kCapacity) {
    std::memmove(storage_.get(), storage_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return std::span<char>(storage_.get() + end_, kCapacity - end_);
}

void Block::release() {
  begin_ = end_ = 0;
  if (storage_ && free_blocks.size() < kKept) free_blocks.push_back(std::move(storage_));
  storage_.reset();
}

}  // namespace sallyport::net
