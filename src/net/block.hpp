#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace sallyport::net {

// A buffer for bytes on their way: filled at the back, taken from the front. Its storage (kCapacity bytes and kHeadroom
// in front of them) comes from a free list of the thread and goes back there when the buffer is empty and told to rest,
// so that an idle connection holds none. Loop-local.
class Block {
 public:
  static constexpr std::size_t kHeadroom = 1024;
  // 64 KiB in all. Of a large body each piece is one read and one write, of which half the size costs a sixth more.
  static constexpr std::size_t kCapacity = 63 * 1024;

  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { release(); }

  bool empty() const { return begin_ == end_; }
  std::string_view bytes() const { return std::string_view(storage_.get() + begin_, end_ - begin_); }
  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = kHeadroom;
  }
  // Where whoever sends bytes() on may write what has to stand directly in front of them: at least kHeadroom bytes if
  // there are any to stand in front of.
  std::span<char> headroom() { return std::span<char>(storage_.get(), empty() ? 0 : begin_); }
  // Room at the back; moves what is there to the front if that is needed. Empty when full.
  std::span<char> room();
  void produced(std::size_t n) { end_ += n; }
  // Gives the storage back if the buffer is empty.
  void rest() {
    if (empty()) release();
  }

 private:
  void release();
  std::unique_ptr<char[]> storage_;
  std::size_t begin_ = kHeadroom;
  std::size_t end_ = kHeadroom;
};

}  // namespace sallyport::net
