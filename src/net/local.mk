libcore_a_SOURCES += \
  src/net/block.cpp src/net/block.hpp \
  src/net/listener.cpp src/net/listener.hpp \
  src/net/pipe_stream.cpp src/net/pipe_stream.hpp \
  src/net/proxy_header_reader.cpp src/net/proxy_header_reader.hpp \
  src/net/resolver.cpp src/net/resolver.hpp \
  src/net/socket.cpp src/net/socket.hpp \
  src/net/spare_buffers.cpp src/net/spare_buffers.hpp \
  src/net/stream.cpp src/net/stream.hpp \
  src/net/tcp_stream.cpp src/net/tcp_stream.hpp

# No I/O.
libpure_a_SOURCES += \
  src/net/proxy_header.cpp src/net/proxy_header.hpp
