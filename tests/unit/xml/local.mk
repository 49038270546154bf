tests_test_pure_SOURCES += \
  tests/unit/xml/parse_test.cpp \
  tests/unit/xml/render_test.cpp \
  tests/unit/xml/validate_test.cpp
