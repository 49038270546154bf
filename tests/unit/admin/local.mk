tests_test_core_SOURCES += \
  tests/unit/admin/acl_commands_test.cpp \
  tests/unit/admin/grammar_test.cpp \
  tests/unit/admin/group_commands_test.cpp \
  tests/unit/admin/junction_commands_test.cpp \
  tests/unit/admin/object_commands_test.cpp \
  tests/unit/admin/pop_commands_test.cpp \
  tests/unit/admin/registry_fixture.hpp \
  tests/unit/admin/user_commands_test.cpp
