libcore_a_SOURCES += \
  src/login/certificate_rules.cpp src/login/certificate_rules.hpp \
  src/login/certificate_selector.cpp src/login/certificate_selector.hpp \
  src/login/certificate_users.cpp src/login/certificate_users.hpp \
  src/login/dn.cpp src/login/dn.hpp \
  src/login/entry_match.hpp \
  src/login/ldap_connection.cpp src/login/ldap_connection.hpp \
  src/login/ldap_directory.cpp src/login/ldap_directory.hpp \
  src/login/ldap_filter.cpp src/login/ldap_filter.hpp \
  src/login/ldap_find.cpp \
  src/login/ldap_health.cpp src/login/ldap_health.hpp \
  src/login/ldap_login.cpp src/login/ldap_login.hpp \
  src/login/ldap_servers.cpp src/login/ldap_servers.hpp \
  src/login/ldap_socket.cpp src/login/ldap_socket.hpp \
  src/login/ldap_totp.cpp \
  src/login/ldif.cpp src/login/ldif.hpp \
  src/login/ldif_registry.cpp src/login/ldif_registry.hpp \
  src/login/offloaded_registry.cpp src/login/offloaded_registry.hpp \
  src/login/password_registry.hpp \
  src/login/qr_code.cpp src/login/qr_code.hpp \
  src/login/same_user.cpp src/login/same_user.hpp \
  src/login/totp_secret.cpp src/login/totp_secret.hpp
