libcore_a_SOURCES += \
  src/admin/acl_commands.cpp src/admin/acl_commands.hpp \
  src/admin/admin_role.cpp src/admin/admin_role.hpp \
  src/admin/command_output.hpp \
  src/admin/grammar.cpp src/admin/grammar.hpp \
  src/admin/group_commands.cpp \
  src/admin/junction_commands.cpp src/admin/junction_commands.hpp \
  src/admin/object_commands.cpp src/admin/object_commands.hpp \
  src/admin/policy_commands.cpp src/admin/policy_commands.hpp \
  src/admin/pop_commands.cpp src/admin/pop_commands.hpp \
  src/admin/protocol.cpp src/admin/protocol.hpp \
  src/admin/registry_edit.cpp src/admin/registry_edit.hpp \
  src/admin/session_commands.cpp src/admin/session_commands.hpp \
  src/admin/totp_commands.cpp src/admin/totp_commands.hpp \
  src/admin/user_commands.cpp src/admin/user_commands.hpp
