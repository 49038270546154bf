libcore_a_SOURCES += \
  src/login/dn.cpp src/login/dn.hpp \
  src/login/ldif.cpp src/login/ldif.hpp \
  src/login/ldif_registry.cpp src/login/ldif_registry.hpp \
  src/login/offloaded_registry.cpp src/login/offloaded_registry.hpp \
  src/login/password_registry.hpp
