tests_test_core_SOURCES += \
  tests/unit/crypto/password_hash_test.cpp \
  tests/unit/crypto/totp_test.cpp
