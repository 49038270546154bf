tests_test_pure_SOURCES += \
  tests/unit/config/checks_test.cpp \
  tests/unit/config/diagnostics.hpp \
  tests/unit/config/interfaces_test.cpp \
  tests/unit/config/parser_test.cpp \
  tests/unit/config/render_test.cpp \
  tests/unit/config/schema_test.cpp \
  tests/unit/config/validate_test.cpp

TESTS += tests/generated_files_test.sh
EXTRA_DIST += tests/generated_files_test.sh
