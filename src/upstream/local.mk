libcore_a_SOURCES += \
  src/upstream/activity.hpp \
  src/upstream/candidate.hpp \
  src/upstream/lease.cpp src/upstream/lease.hpp \
  src/upstream/pool.cpp src/upstream/pool.hpp \
  src/upstream/shared_connections.cpp src/upstream/shared_connections.hpp
