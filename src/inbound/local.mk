libcore_a_SOURCES += \
  src/inbound/certificate_attempts.cpp src/inbound/certificate_attempts.hpp \
  src/inbound/certificate_flow.cpp src/inbound/certificate_flow.hpp \
  src/inbound/certificate_forgetting.cpp src/inbound/certificate_forgetting.hpp \
  src/inbound/certificate_words.cpp src/inbound/certificate_words.hpp \
  src/inbound/client_connection.hpp \
  src/inbound/client_connections.cpp src/inbound/client_connections.hpp \
  src/inbound/commons.hpp \
  src/inbound/inbound_role.cpp src/inbound/inbound_role.hpp \
  src/inbound/interface.hpp \
  src/inbound/login_flow.cpp src/inbound/login_flow.hpp \
  src/inbound/login_pages.cpp src/inbound/login_pages.hpp \
  src/inbound/offered_methods.cpp src/inbound/offered_methods.hpp \
  src/inbound/pages.cpp src/inbound/pages.hpp \
  src/inbound/prompts.cpp src/inbound/prompts.hpp \
  src/inbound/proofs.cpp src/inbound/proofs.hpp \
  src/inbound/session_connections.hpp \
  src/inbound/session_watch.cpp src/inbound/session_watch.hpp \
  src/inbound/sessions.cpp src/inbound/sessions.hpp \
  src/inbound/snapshot.hpp \
  src/inbound/totp_flow.cpp src/inbound/totp_flow.hpp \
  src/inbound/totp_memory.cpp src/inbound/totp_memory.hpp \
  src/inbound/used_codes.hpp
