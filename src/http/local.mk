libpure_a_SOURCES += \
  src/http/message.cpp src/http/message.hpp \
  src/http/target.hpp
