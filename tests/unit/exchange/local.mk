tests_test_core_SOURCES += \
  tests/unit/exchange/requested_upgrade_test.cpp \
  tests/unit/exchange/websocket_test.cpp
