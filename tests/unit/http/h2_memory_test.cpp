#include "http/h2_memory.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>

using namespace sallyport::http;

namespace {

constexpr std::size_t kTable = 4096;
constexpr std::size_t kBuffer = 16 * 1024 + 10;

struct Blocks {
  H2Memory memory;
  nghttp2_mem* const mem = memory.functions();
  char* const table = static_cast<char*>(mem->calloc(256, 16, mem->mem_user_data));
  char* const buffer = static_cast<char*>(mem->realloc(nullptr, kBuffer, mem->mem_user_data));
  ~Blocks() {
    mem->free(table, mem->mem_user_data);
    mem->free(buffer, mem->mem_user_data);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(h2_memory)

BOOST_FIXTURE_TEST_CASE(at_rest_the_buffer_and_an_empty_table_are_given_back, Blocks) {
  BOOST_TEST(table[kTable - 1] == 0);
  std::memset(buffer, 'x', kBuffer);
  memory.rest();
  BOOST_TEST(buffer[0] == 0);
  BOOST_TEST(buffer[kBuffer - 1] == 0);
  BOOST_TEST(table[0] == 0);
}

BOOST_FIXTURE_TEST_CASE(at_rest_a_table_that_holds_something_is_kept, Blocks) {
  table[kTable - 1] = 'x';
  memory.rest();
  BOOST_TEST(table[kTable - 1] == 'x');
}

BOOST_FIXTURE_TEST_CASE(other_blocks_are_kept, Blocks) {
  char* const second = static_cast<char*>(mem->malloc(kBuffer, mem->mem_user_data));
  char* const other = static_cast<char*>(mem->calloc(256, 16, mem->mem_user_data));
  second[0] = other[0] = 'x';
  memory.rest();
  BOOST_TEST(second[0] == 'x');
  BOOST_TEST(other[0] == 'x');
  mem->free(second, mem->mem_user_data);
  mem->free(other, mem->mem_user_data);
}

BOOST_AUTO_TEST_CASE(a_block_that_grows_keeps_what_is_in_it) {
  H2Memory another;
  nghttp2_mem* const functions = another.functions();
  char* block = static_cast<char*>(functions->malloc(kBuffer, functions->mem_user_data));
  block[kBuffer - 1] = 'x';
  block = static_cast<char*>(functions->realloc(block, 4 * kBuffer, functions->mem_user_data));
  BOOST_TEST(block[kBuffer - 1] == 'x');
  block = static_cast<char*>(functions->realloc(block, 8 * kBuffer, functions->mem_user_data));
  BOOST_TEST(block[kBuffer - 1] == 'x');
  functions->free(block, functions->mem_user_data);
}

BOOST_AUTO_TEST_CASE(a_size_that_cannot_be_is_refused) {
  H2Memory memory;
  BOOST_TEST(memory.functions()->calloc(SIZE_MAX, 16, memory.functions()->mem_user_data) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
