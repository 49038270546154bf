# Fuzz targets: tests/fuzz/run configures a build of its own for them (clang, libFuzzer, sanitizers).
fuzz_targets = tests/fuzz/fuzz_h1_request tests/fuzz/fuzz_h1_response tests/fuzz/fuzz_chunked tests/fuzz/fuzz_target \
  tests/fuzz/fuzz_config tests/fuzz/fuzz_policy_xml tests/fuzz/fuzz_junction_xml tests/fuzz/fuzz_ldif tests/fuzz/fuzz_page \
  tests/fuzz/fuzz_h1_beast tests/fuzz/fuzz_h2_session tests/fuzz/fuzz_h2_client_session \
  tests/fuzz/fuzz_proxy_header tests/fuzz/fuzz_der tests/fuzz/fuzz_crl tests/fuzz/fuzz_certificate tests/fuzz/fuzz_client_hello
EXTRA_PROGRAMS += $(fuzz_targets)
fuzz_programs: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) $(fuzz_targets)
.PHONY: fuzz_programs
fuzz_link_flags = $(AM_LDFLAGS) -fsanitize=fuzzer
fuzz_libs = $(CORE_LIBS)

tests_fuzz_fuzz_h1_request_SOURCES = tests/fuzz/fuzz_h1_request.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_h1_request_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_h1_request_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_h1_response_SOURCES = tests/fuzz/fuzz_h1_response.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_h1_response_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_h1_response_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_chunked_SOURCES = tests/fuzz/fuzz_chunked.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_chunked_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_chunked_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_target_SOURCES = tests/fuzz/fuzz_target.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_target_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_target_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_config_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_policy_xml_SOURCES = tests/fuzz/fuzz_policy_xml.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_policy_xml_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_policy_xml_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_junction_xml_SOURCES = tests/fuzz/fuzz_junction_xml.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_junction_xml_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_junction_xml_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_ldif_SOURCES = tests/fuzz/fuzz_ldif.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_ldif_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_ldif_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_page_SOURCES = tests/fuzz/fuzz_page.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_page_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_page_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_h2_session_SOURCES = tests/fuzz/fuzz_h2_session.cpp tests/fuzz/check.hpp tests/fuzz/h2_output.hpp
tests_fuzz_fuzz_h2_session_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_h2_session_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_h2_client_session_SOURCES = tests/fuzz/fuzz_h2_client_session.cpp tests/fuzz/check.hpp tests/fuzz/h2_output.hpp
tests_fuzz_fuzz_h2_client_session_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_h2_client_session_LDFLAGS = $(fuzz_link_flags)

tests_fuzz_fuzz_h1_beast_SOURCES = tests/fuzz/fuzz_h1_beast.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_h1_beast_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_h1_beast_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_proxy_header_SOURCES = tests/fuzz/fuzz_proxy_header.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_proxy_header_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_proxy_header_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_der_SOURCES = tests/fuzz/fuzz_der.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_der_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_der_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_crl_SOURCES = tests/fuzz/fuzz_crl.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_crl_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_crl_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_certificate_SOURCES = tests/fuzz/fuzz_certificate.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_certificate_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_certificate_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_client_hello_SOURCES = tests/fuzz/fuzz_client_hello.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_client_hello_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_client_hello_LDFLAGS = $(fuzz_link_flags)

# The same targets without a fuzzer: `make check` gives them their seeds.
check_PROGRAMS += tests/fuzz/replay
TESTS += tests/fuzz_seeds_test.sh
EXTRA_DIST += tests/fuzz_seeds_test.sh
tests_fuzz_replay_SOURCES = tests/fuzz/replay.cpp tests/fuzz/check.hpp tests/fuzz/fuzz_h1_request.cpp \
  tests/fuzz/fuzz_h1_response.cpp tests/fuzz/fuzz_chunked.cpp tests/fuzz/fuzz_target.cpp tests/fuzz/fuzz_config.cpp \
  tests/fuzz/fuzz_policy_xml.cpp tests/fuzz/fuzz_junction_xml.cpp tests/fuzz/fuzz_ldif.cpp tests/fuzz/fuzz_page.cpp \
  tests/fuzz/fuzz_h1_beast.cpp tests/fuzz/fuzz_h2_session.cpp tests/fuzz/fuzz_h2_client_session.cpp \
  tests/fuzz/fuzz_proxy_header.cpp tests/fuzz/fuzz_der.cpp tests/fuzz/fuzz_crl.cpp tests/fuzz/fuzz_certificate.cpp \
  tests/fuzz/fuzz_client_hello.cpp
tests_fuzz_replay_CPPFLAGS = $(AM_CPPFLAGS) -DSALLYPORT_FUZZ_REPLAY
tests_fuzz_replay_LDADD = $(CORE_LIBS)

EXTRA_DIST += tests/fuzz/run tests/fuzz/corpus
CLEANFILES += $(fuzz_targets)
