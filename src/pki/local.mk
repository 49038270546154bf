libcore_a_SOURCES += \
  src/pki/certificate_authority.cpp src/pki/certificate_authority.hpp
