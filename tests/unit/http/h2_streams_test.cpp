#include "http/h2_streams.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

using namespace sallyport::http;

BOOST_AUTO_TEST_SUITE(h2_streams)

BOOST_AUTO_TEST_CASE(what_is_inserted_is_found_until_it_is_taken_out) {
  H2Streams<std::unique_ptr<int>> streams;
  BOOST_TEST(streams.empty());
  for (const StreamId id : {1, 3, 7, 5}) streams.insert(id, std::make_unique<int>(10 * id));
  BOOST_TEST(streams.size() == 4u);
  for (const StreamId id : {1, 3, 5, 7}) BOOST_TEST(*streams.find(id) == 10 * id);
  for (const StreamId id : {0, 2, 9}) BOOST_TEST(!streams.find(id));
  BOOST_TEST(*streams.take_out(3) == 30);
  BOOST_TEST(!streams.take_out(3));
  BOOST_TEST(!streams.find(3));
  streams.erase(7);
  streams.rest();
  BOOST_TEST(streams.size() == 2u);
  BOOST_TEST(*streams.find(5) == 50);
}

BOOST_AUTO_TEST_CASE(they_stand_in_the_order_of_their_numbers) {
  H2Streams<int*> streams;
  int value = 0;
  for (const StreamId id : {5, 1, 3}) streams.insert(id, &value);
  StreamId last = 0;
  for (const auto& [id, pointer] : streams) {
    BOOST_TEST(id > last);
    BOOST_TEST(pointer == &value);
    last = id;
  }
}

BOOST_AUTO_TEST_SUITE_END()
