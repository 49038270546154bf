tests_test_pure_SOURCES += tests/unit/net/proxy_header_test.cpp
tests_test_core_SOURCES += tests/unit/net/proxy_header_reader_test.cpp
