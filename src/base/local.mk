libpure_a_SOURCES += \
  src/base/base32.cpp src/base/base32.hpp \
  src/base/clock.hpp \
  src/base/encoding.cpp src/base/encoding.hpp \
  src/base/endpoint.cpp src/base/endpoint.hpp \
  src/base/result.cpp src/base/result.hpp \
  src/base/secret.cpp src/base/secret.hpp \
  src/base/text.cpp src/base/text.hpp \
  src/base/words.hpp
