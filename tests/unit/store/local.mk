tests_test_core_SOURCES += \
  tests/unit/store/memory_store_test.cpp
