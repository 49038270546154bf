libcore_a_SOURCES += \
  src/log/line_sink.cpp src/log/line_sink.hpp \
  src/log/logs.cpp src/log/logs.hpp \
  src/log/records.cpp src/log/records.hpp \
  src/log/redact.cpp src/log/redact.hpp
