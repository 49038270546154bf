libpure_a_SOURCES += \
  src/http/authority.cpp src/http/authority.hpp \
  src/http/basic_auth.cpp src/http/basic_auth.hpp \
  src/http/chars.hpp \
  src/http/chunked.cpp src/http/chunked.hpp \
  src/http/cookies.cpp src/http/cookies.hpp \
  src/http/dates.cpp src/http/dates.hpp \
  src/http/field_check.hpp \
  src/http/field_id.hpp \
  src/http/field_gate.cpp src/http/field_gate.hpp \
  src/http/allowance.hpp \
  src/http/field_names.cpp src/http/field_names.hpp \
  src/http/forms.cpp src/http/forms.hpp \
  src/http/framing.cpp src/http/framing.hpp \
  src/http/h1_fields.cpp src/http/h1_fields.hpp \
  src/http/h1_parser.cpp src/http/h1_parser.hpp \
  src/http/h1_renderer.cpp src/http/h1_renderer.hpp \
  src/http/h2_client_session.cpp src/http/h2_client_session.hpp \
  src/http/h2_core.cpp src/http/h2_core.hpp \
  src/http/h2_error.hpp \
  src/http/h2_head.cpp src/http/h2_head.hpp \
  src/http/h2_library.cpp src/http/h2_library.hpp \
  src/http/h2_memory.cpp src/http/h2_memory.hpp \
  src/http/h2_session.cpp src/http/h2_session.hpp \
  src/http/h2_streams.hpp \
  src/http/host_names.cpp src/http/host_names.hpp \
  src/http/languages.cpp src/http/languages.hpp \
  src/http/forwarded.cpp src/http/forwarded.hpp \
  src/http/media.cpp src/http/media.hpp \
  src/http/message.cpp src/http/message.hpp \
  src/http/parse_error.hpp \
  src/http/target.cpp src/http/target.hpp \
  src/http/trailers.cpp src/http/trailers.hpp \
  src/http/target_form.cpp src/http/target_form.hpp
