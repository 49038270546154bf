#include "net/block.hpp"

#include <cstring>
#include <vector>

namespace sallyport::net {
namespace {
constexpr std::size_t kKept = 64;  // 4 MiB a thread
thread_local std::vector<std::unique_ptr<char[]>> free_blocks;
}  // namespace

std::span<char> Block::room() {
  if (!storage_) {
    if (free_blocks.empty()) {
      storage_ = std::make_unique_for_overwrite<char[]>(kHeadroom + kCapacity);
    } else {
      storage_ = std::move(free_blocks.back());
      free_blocks.pop_back();
    }
  }
  if (begin_ > kHeadroom && end_ == kHeadroom + kCapacity) {
    std::memmove(storage_.get() + kHeadroom, storage_.get() + begin_, end_ - begin_);
    end_ -= begin_ - kHeadroom;
    begin_ = kHeadroom;
  }
  return std::span<char>(storage_.get() + end_, kHeadroom + kCapacity - end_);
}

void Block::release() {
  begin_ = end_ = kHeadroom;
  if (storage_ && free_blocks.size() < kKept) free_blocks.push_back(std::move(storage_));
  storage_.reset();
}

}  // namespace sallyport::net
