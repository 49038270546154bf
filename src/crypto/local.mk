libcore_a_SOURCES += \
  src/crypto/password_hash.cpp src/crypto/password_hash.hpp
