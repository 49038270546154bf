libcore_a_SOURCES += \
  src/crypto/digest.cpp src/crypto/digest.hpp \
  src/crypto/gnutls_owner.hpp \
  src/crypto/password_hash.cpp src/crypto/password_hash.hpp \
  src/crypto/random.cpp src/crypto/random.hpp \
  src/crypto/totp.cpp src/crypto/totp.hpp
