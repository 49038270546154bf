libcore_a_SOURCES += \
  src/exchange/exchange.cpp src/exchange/exchange.hpp \
  src/exchange/relay.cpp src/exchange/relay.hpp \
  src/exchange/websocket.cpp src/exchange/websocket.hpp
