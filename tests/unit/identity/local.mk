tests_test_pure_SOURCES += \
  tests/unit/identity/credential_test.cpp
