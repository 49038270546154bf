tests_test_core_SOURCES += \
  tests/unit/log/line_sink_test.cpp \
  tests/unit/log/records_test.cpp \
  tests/unit/log/redact_test.cpp
