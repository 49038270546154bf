libpure_a_SOURCES += \
  src/authz/acl.cpp src/authz/acl.hpp \
  src/authz/decide.cpp src/authz/decide.hpp \
  src/authz/default_policy.cpp \
  src/authz/evaluate.hpp \
  src/authz/explain.cpp \
  src/authz/object_name.cpp src/authz/object_name.hpp \
  src/authz/permissions.cpp src/authz/permissions.hpp \
  src/authz/pop.cpp src/authz/pop.hpp \
  src/authz/policy.cpp src/authz/policy.hpp \
  src/authz/policy_document.cpp src/authz/policy_document.hpp \
  src/authz/policy_document_pops.cpp \
  src/authz/policy_xml.cpp src/authz/policy_xml.hpp

EMBEDDED_SCHEMAS += schemas/policy.xsd
