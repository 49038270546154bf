tests_test_core_SOURCES += \
  tests/unit/server/user_recheck_test.cpp
