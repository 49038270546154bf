libcore_a_SOURCES += \
  src/async/cancel.hpp \
  src/async/deadline.hpp \
  src/async/event_loop.cpp src/async/event_loop.hpp \
  src/async/fd_watch.cpp src/async/fd_watch.hpp \
  src/async/list.hpp \
  src/async/snapshot.hpp \
  src/async/soon.hpp \
  src/async/task.hpp \
  src/async/task_group.cpp src/async/task_group.hpp \
  src/async/wait.cpp src/async/wait.hpp \
  src/async/worker_pool.cpp src/async/worker_pool.hpp
