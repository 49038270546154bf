libpure_a_SOURCES += src/identity/credential.hpp
