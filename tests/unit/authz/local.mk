tests_test_pure_SOURCES += \
  tests/unit/authz/acl_test.cpp \
  tests/unit/authz/decide_test.cpp \
  tests/unit/authz/explain_test.cpp \
  tests/unit/authz/object_name_test.cpp \
  tests/unit/authz/permissions_test.cpp \
  tests/unit/authz/policy_document_pops_test.cpp \
  tests/unit/authz/policy_document_test.cpp \
  tests/unit/authz/policy_xml_test.cpp \
  tests/unit/authz/pop_test.cpp \
  tests/unit/authz/support.hpp
