libcore_a_SOURCES += \
  src/upstream/activity.hpp \
  src/upstream/pool.cpp src/upstream/pool.hpp
