libpure_a_SOURCES += \
  src/authn/certificate_delivery.cpp src/authn/certificate_delivery.hpp \
  src/authn/html_place.cpp src/authn/html_place.hpp \
  src/authn/local_urls.cpp src/authn/local_urls.hpp \
  src/authn/login_form.cpp src/authn/login_form.hpp \
  src/authn/page.cpp src/authn/page.hpp \
  src/authn/proof.cpp src/authn/proof.hpp \
  src/authn/step_up_ladder.cpp src/authn/step_up_ladder.hpp \
  src/authn/throttle.cpp src/authn/throttle.hpp

include etc/pages/local.mk
