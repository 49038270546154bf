libcore_a_SOURCES += \
  src/fetch/fetcher.cpp src/fetch/fetcher.hpp \
  src/fetch/http_fetch.cpp src/fetch/http_fetch.hpp \
  src/fetch/ldap_fetch.cpp src/fetch/ldap_fetch.hpp
