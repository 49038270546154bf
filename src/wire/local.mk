libcore_a_SOURCES += \
  src/wire/body.cpp src/wire/body.hpp \
  src/wire/client_connection.cpp src/wire/client_connection.hpp \
  src/wire/client_stream.hpp \
  src/wire/h2_client_connection.cpp src/wire/h2_client_connection.hpp \
  src/wire/h2_client_stream.cpp src/wire/h2_client_stream.hpp \
  src/wire/h2_link.cpp src/wire/h2_link.hpp \
  src/wire/h2_connection.cpp src/wire/h2_connection.hpp \
  src/wire/input.cpp src/wire/input.hpp \
  src/wire/message_writer.cpp src/wire/message_writer.hpp \
  src/wire/pace.hpp \
  src/wire/server_connection.cpp src/wire/server_connection.hpp \
  src/wire/server_stream.hpp \
  src/wire/tunnel.cpp src/wire/tunnel.hpp
