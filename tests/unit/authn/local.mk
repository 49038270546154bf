tests_test_pure_SOURCES += \
  tests/unit/authn/certificate_delivery_test.cpp \
  tests/unit/authn/local_urls_test.cpp \
  tests/unit/authn/login_form_test.cpp \
  tests/unit/authn/page_test.cpp \
  tests/unit/authn/proof_test.cpp \
  tests/unit/authn/step_up_ladder_test.cpp \
  tests/unit/authn/throttle_test.cpp
tests_test_core_SOURCES += \
  tests/unit/authn/shipped_pages_test.cpp
tests_test_core_CPPFLAGS += -DSALLYPORT_TEST_PAGES='"$(abs_top_srcdir)/etc/pages"'
