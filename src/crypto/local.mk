libcore_a_SOURCES += \
<<<<<<< HEAD
  src/crypto/digest.cpp src/crypto/digest.hpp \
  src/crypto/gnutls_owner.hpp \
  src/crypto/random.cpp src/crypto/random.hpp
=======
  src/crypto/password_hash.cpp src/crypto/password_hash.hpp
>>>>>>> 377e0f8c91abf3ad61b8cb1baa69e18f160672be
