tests_test_core_SOURCES += \
  tests/unit/login/certificate_rules_test.cpp \
  tests/unit/login/dn_test.cpp \
  tests/unit/login/ldap_filter_test.cpp \
  tests/unit/login/ldap_health_test.cpp \
  tests/unit/login/ldap_socket_test.cpp \
  tests/unit/login/ldif_registry_test.cpp \
  tests/unit/login/ldif_test.cpp \
  tests/unit/login/same_user_test.cpp \
  tests/unit/login/totp_secret_test.cpp
