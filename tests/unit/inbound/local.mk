tests_test_core_SOURCES += \
  tests/unit/inbound/session_connections_test.cpp
