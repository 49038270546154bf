libcore_a_SOURCES += \
  src/admin/acl_commands.cpp src/admin/acl_commands.hpp \
  src/admin/command_output.hpp \
  src/admin/grammar.cpp src/admin/grammar.hpp \
  src/admin/object_commands.cpp src/admin/object_commands.hpp

libcore_a_SOURCES += \
  src/admin/admin_role.cpp src/admin/admin_role.hpp \
  src/admin/protocol.cpp src/admin/protocol.hpp \
  src/admin/session_commands.cpp src/admin/session_commands.hpp
