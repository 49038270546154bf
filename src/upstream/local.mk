libcore_a_SOURCES += \
  src/upstream/pool.cpp src/upstream/pool.hpp
