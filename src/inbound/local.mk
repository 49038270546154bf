libcore_a_SOURCES += \
  src/inbound/client_connections.cpp src/inbound/client_connections.hpp \
  src/inbound/commons.hpp \
  src/inbound/inbound_role.cpp src/inbound/inbound_role.hpp \
  src/inbound/login_flow.cpp src/inbound/login_flow.hpp \
  src/inbound/offered_methods.cpp src/inbound/offered_methods.hpp \
  src/inbound/pages.cpp src/inbound/pages.hpp \
  src/inbound/prompts.cpp src/inbound/prompts.hpp \
  src/inbound/session_connections.hpp \
  src/inbound/session_watch.cpp src/inbound/session_watch.hpp \
  src/inbound/sessions.cpp src/inbound/sessions.hpp \
  src/inbound/snapshot.hpp \
  src/inbound/step_up.cpp src/inbound/step_up.hpp
