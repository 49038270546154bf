tests_test_core_SOURCES += \
  tests/unit/upstream/pool_test.cpp \
  tests/unit/upstream/shared_connections_test.cpp
