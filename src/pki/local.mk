libcore_a_SOURCES += \
  src/pki/certificate.cpp src/pki/certificate.hpp \
  src/pki/certificate_authority.cpp src/pki/certificate_authority.hpp \
  src/pki/certificate_extensions.cpp src/pki/certificate_extensions.hpp \
  src/pki/certificate_fault.cpp src/pki/certificate_fault.hpp \
  src/pki/certificate_path.cpp src/pki/certificate_path.hpp \
  src/pki/client_verifier.cpp src/pki/client_verifier.hpp \
  src/pki/crl.cpp src/pki/crl.hpp \
  src/pki/crl_files.cpp src/pki/crl_files.hpp \
  src/pki/der.cpp src/pki/der.hpp \
  src/pki/evidence_cache.hpp \
  src/pki/fetcher.hpp \
  src/pki/flights.cpp src/pki/flights.hpp \
  src/pki/ocsp.cpp src/pki/ocsp.hpp \
  src/pki/revocation.cpp src/pki/revocation.hpp
