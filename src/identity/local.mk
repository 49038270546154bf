libpure_a_SOURCES += \
  src/identity/credential.cpp src/identity/credential.hpp src/identity/certificate_facts.hpp
