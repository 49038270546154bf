libcore_a_SOURCES += \
  src/server/certificate_setup.cpp src/server/certificate_setup.hpp \
  src/server/client_verification.cpp src/server/client_verification.hpp \
  src/server/connection_limits.hpp \
  src/server/directory.cpp src/server/directory.hpp \
  src/server/files.cpp src/server/files.hpp \
  src/server/instance.cpp src/server/instance.hpp \
  src/server/instance_files.cpp src/server/instance_files.hpp \
  src/server/interfaces.cpp src/server/interfaces.hpp \
  src/server/live_parts.cpp src/server/live_parts.hpp \
  src/server/process.cpp src/server/process.hpp \
  src/server/snapshot_builder.cpp src/server/snapshot_builder.hpp \
  src/server/supervisor.cpp src/server/supervisor.hpp \
  src/server/used_codes_file.cpp src/server/used_codes_file.hpp \
  src/server/user_recheck.cpp src/server/user_recheck.hpp \
  src/server/worker.cpp src/server/worker.hpp
