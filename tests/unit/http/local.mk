tests_test_pure_SOURCES += \
  tests/unit/http/basic_auth_test.cpp \
  tests/unit/http/chars_test.cpp \
  tests/unit/http/chunked_test.cpp \
  tests/unit/http/cookies_test.cpp \
  tests/unit/http/dates_test.cpp \
  tests/unit/http/field_gate_test.cpp \
  tests/unit/http/field_id_test.cpp \
  tests/unit/http/field_names_test.cpp \
  tests/unit/http/forms_test.cpp \
  tests/unit/http/framing_test.cpp \
  tests/unit/http/h1_parser_test.cpp \
  tests/unit/http/h1_renderer_test.cpp \
  tests/unit/http/h2_client.hpp \
  tests/unit/http/h2_head_test.cpp \
  tests/unit/http/h2_client_session_test.cpp \
  tests/unit/http/h2_server.hpp \
  tests/unit/http/h2_session_test.cpp \
  tests/unit/http/host_names_test.cpp \
  tests/unit/http/judge_request.hpp \
  tests/unit/http/languages_test.cpp \
  tests/unit/http/forwarded_test.cpp \
  tests/unit/http/media_test.cpp \
  tests/unit/http/message_test.cpp \
  tests/unit/http/trailers_test.cpp \
  tests/unit/http/target_test.cpp \
  tests/unit/http/vectors_request.hpp
