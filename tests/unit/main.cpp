#define BOOST_TEST_MODULE sallyport
#include <boost/test/unit_test.hpp>
