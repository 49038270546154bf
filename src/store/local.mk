libcore_a_SOURCES += \
  src/store/memory_store.cpp src/store/memory_store.hpp \
  src/store/session_store.hpp
