tests_test_pure_SOURCES += \
  tests/unit/session/parked_request_test.cpp \
  tests/unit/session/same_origin_test.cpp \
  tests/unit/session/sample.hpp \
  tests/unit/session/session_cookie_test.cpp \
  tests/unit/session/session_id_test.cpp \
  tests/unit/session/session_test.cpp
