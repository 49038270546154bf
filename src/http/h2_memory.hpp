#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>

namespace sallyport::http {

// Where one nghttp2 session has its memory. Its two large blocks, the table of streams and the buffer in which a frame
// is made, stand in pages of their own: while the connection rests nothing of use is in them, and the system has them.
class H2Memory {
 public:
  H2Memory();
  // After the session.
  ~H2Memory();
  H2Memory(const H2Memory&) = delete;
  H2Memory& operator=(const H2Memory&) = delete;

  nghttp2_mem* functions() { return &functions_; }

  // Gives back what holds nothing. Only while the session has no frame under way: what was in the buffer is gone then.
  void rest();

 private:
  struct Functions;

  void* allocate(std::size_t size);
  void* allocate_zeroed(std::size_t size);
  void release(void* block);

  nghttp2_mem functions_;
  char* const pages_;  // the table's, and behind it the buffer's
  bool table_is_taken_ = false;
  bool buffer_is_taken_ = false;
};

}  // namespace sallyport::http
