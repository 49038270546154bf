tests_test_core_SOURCES += \
  tests/unit/login/dn_test.cpp \
  tests/unit/login/ldif_registry_test.cpp \
  tests/unit/login/ldif_test.cpp
