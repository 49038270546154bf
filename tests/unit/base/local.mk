tests_test_pure_SOURCES += \
  tests/unit/base/base32_test.cpp \
  tests/unit/base/encoding_test.cpp \
  tests/unit/base/endpoint_test.cpp \
  tests/unit/base/secret_test.cpp \
  tests/unit/base/text_test.cpp \
  tests/unit/base/words_test.cpp
