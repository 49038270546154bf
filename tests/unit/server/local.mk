tests_test_core_SOURCES += \
  tests/unit/server/used_codes_file_test.cpp \
  tests/unit/server/user_recheck_test.cpp
