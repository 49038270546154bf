tests_test_core_SOURCES += \
  tests/unit/fetch/ldap_fetch_test.cpp
