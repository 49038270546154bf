libcore_a_SOURCES += \
  src/tls/certificate_pair.cpp src/tls/certificate_pair.hpp \
  src/tls/client_auth.hpp \
  src/tls/client_context.cpp src/tls/client_context.hpp \
  src/tls/client_hello.cpp src/tls/client_hello.hpp \
  src/tls/server_context.cpp src/tls/server_context.hpp \
  src/tls/late_request.cpp \
  src/tls/ticket_table.cpp src/tls/ticket_table.hpp \
  src/tls/tls_stream.cpp src/tls/tls_stream.hpp
