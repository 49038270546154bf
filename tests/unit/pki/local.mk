tests_test_core_SOURCES += \
  tests/unit/pki/certificate_extensions_test.cpp \
  tests/unit/pki/certificate_path_test.cpp \
  tests/unit/pki/client_verifier_test.cpp \
  tests/unit/pki/crl_files_test.cpp \
  tests/unit/pki/crl_test.cpp \
  tests/unit/pki/der_test.cpp \
  tests/unit/pki/evidence_cache_test.cpp \
  tests/unit/pki/ocsp_test.cpp \
  tests/unit/pki/pki_fixture.hpp
