libpure_a_SOURCES += \
  src/http/authority.cpp src/http/authority.hpp \
  src/http/chars.hpp \
  src/http/chunked.cpp src/http/chunked.hpp \
  src/http/field_gate.cpp src/http/field_gate.hpp \
  src/http/field_names.cpp src/http/field_names.hpp \
  src/http/framing.cpp src/http/framing.hpp \
  src/http/h1_fields.cpp src/http/h1_fields.hpp \
  src/http/h1_parser.cpp src/http/h1_parser.hpp \
  src/http/h1_renderer.cpp src/http/h1_renderer.hpp \
  src/http/message.cpp src/http/message.hpp \
  src/http/parse_error.hpp \
  src/http/target.cpp src/http/target.hpp \
  src/http/target_form.cpp src/http/target_form.hpp
