tests_test_core_SOURCES += \
  tests/unit/inbound/certificate_attempts_test.cpp \
  tests/unit/inbound/certificate_words_test.cpp \
  tests/unit/inbound/session_connections_test.cpp \
  tests/unit/inbound/totp_memory_test.cpp
