libpure_a_SOURCES += \
  src/session/parked_request.cpp src/session/parked_request.hpp \
  src/session/same_origin.cpp src/session/same_origin.hpp \
  src/session/session.cpp src/session/session.hpp \
  src/session/session_cookie.cpp src/session/session_cookie.hpp \
  src/session/session_id.cpp src/session/session_id.hpp
