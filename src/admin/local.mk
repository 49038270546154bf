libcore_a_SOURCES += \
  src/admin/acl_commands.cpp src/admin/acl_commands.hpp \
  src/admin/command_output.hpp \
  src/admin/grammar.cpp src/admin/grammar.hpp \
  src/admin/group_commands.cpp \
  src/admin/junction_commands.cpp src/admin/junction_commands.hpp \
  src/admin/object_commands.cpp src/admin/object_commands.hpp \
  src/admin/registry_edit.cpp src/admin/registry_edit.hpp \
  src/admin/user_commands.cpp src/admin/user_commands.hpp
