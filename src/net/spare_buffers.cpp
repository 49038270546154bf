#include "net/spare_buffers.hpp"

#include <vector>

namespace sallyport::net {
namespace {
constexpr std::size_t kKept = 8;
constexpr std::size_t kLargestKept = 128 * 1024;
thread_local std::vector<std::string> spare_buffers;
}  // namespace

void take_spare(std::string& buffer) {
  if (spare_buffers.empty()) return;
  buffer = std::move(spare_buffers.back());
  spare_buffers.pop_back();
}

void give_back(std::string& buffer) {
  std::string storage;
  storage.swap(buffer);
  if (storage.capacity() <= sizeof(std::string) || storage.capacity() > kLargestKept) return;
  if (spare_buffers.size() >= kKept) return;
  storage.clear();
  spare_buffers.push_back(std::move(storage));
}

}  // namespace sallyport::net
