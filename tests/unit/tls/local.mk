tests_test_core_SOURCES += \
  tests/unit/tls/armed_tickets_test.cpp \
  tests/unit/tls/client_certificate_test.cpp \
  tests/unit/tls/client_hello_test.cpp \
  tests/unit/tls/late_request_test.cpp \
  tests/unit/tls/ticket_table_test.cpp \
  tests/unit/tls/tls_fixture.hpp \
  tests/unit/tls/tls_stream_test.cpp
