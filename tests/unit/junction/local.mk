tests_test_pure_SOURCES += \
  tests/unit/junction/case_folding_test.cpp \
  tests/unit/junction/headers_test.cpp \
  tests/unit/junction/junction_test.cpp \
  tests/unit/junction/options_test.cpp \
  tests/unit/junction/outward_test.cpp \
  tests/unit/junction/sample.hpp \
  tests/unit/junction/show_test.cpp \
  tests/unit/junction/table_test.cpp \
  tests/unit/junction/upstream_path_test.cpp \
  tests/unit/junction/xml_store_test.cpp
