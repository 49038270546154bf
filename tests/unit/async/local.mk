tests_test_core_SOURCES += \
  tests/unit/async/fd_watch_test.cpp \
  tests/unit/async/loop_fixture.hpp \
  tests/unit/async/soon_test.cpp \
  tests/unit/async/task_test.cpp \
  tests/unit/async/worker_pool_test.cpp
