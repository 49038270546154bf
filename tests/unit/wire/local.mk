tests_test_core_SOURCES += \
  tests/unit/wire/body_test.cpp \
  tests/unit/wire/client_connection_test.cpp \
  tests/unit/wire/h2_client_stream_test.cpp \
  tests/unit/wire/headroom_test.cpp \
  tests/unit/wire/h2_connection_test.cpp \
  tests/unit/wire/input_test.cpp \
  tests/unit/wire/h2_fixture.hpp \
  tests/unit/wire/h2_server_stream_test.cpp \
  tests/unit/wire/message_writer_test.cpp \
  tests/unit/wire/pace_test.cpp \
  tests/unit/wire/server_connection_test.cpp \
  tests/unit/wire/tunnel_test.cpp \
  tests/unit/wire/wire_fixture.hpp
