libcore_a_SOURCES += \
  src/pki/certificate_authority.cpp src/pki/certificate_authority.hpp \
  src/pki/certificate_fault.cpp src/pki/certificate_fault.hpp \
  src/pki/client_verifier.cpp src/pki/client_verifier.hpp
