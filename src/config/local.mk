libpure_a_SOURCES += \
  src/config/checks.cpp src/config/checks.hpp \
  src/config/diagnostic.cpp src/config/diagnostic.hpp \
  src/config/parser.cpp src/config/parser.hpp \
  src/config/render.hpp \
  src/config/render_json_schema.cpp \
  src/config/render_man.cpp \
  src/config/render_sample.cpp \
  src/config/render_text.cpp src/config/render_text.hpp \
  src/config/schema.cpp src/config/schema.hpp \
  src/config/schema_junction.cpp \
  src/config/schema_login.cpp \
  src/config/schema_registry.cpp \
  src/config/schema_server.cpp \
  src/config/setting_spec.hpp \
  src/config/settings.hpp \
  src/config/validate.cpp src/config/validate.hpp \
  src/config/values.cpp
