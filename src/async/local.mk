libcore_a_SOURCES += src/async/placeholder.cpp
