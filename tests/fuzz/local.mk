# Fuzz targets: `make fuzz_programs` with a configure run under CXX=clang++-19 CXXFLAGS='-O1 -g
# -fsanitize=fuzzer-no-link,address'; tests/fuzz/run does all that by itself.
fuzz_targets = tests/fuzz/fuzz_h1_request tests/fuzz/fuzz_h1_response tests/fuzz/fuzz_chunked tests/fuzz/fuzz_target
EXTRA_PROGRAMS += $(fuzz_targets)
fuzz_programs: $(fuzz_targets)
.PHONY: fuzz_programs
fuzz_link_flags = $(AM_LDFLAGS) -fsanitize=fuzzer

tests_fuzz_fuzz_h1_request_SOURCES = tests/fuzz/fuzz_h1_request.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_h1_request_LDADD = libpure.a
tests_fuzz_fuzz_h1_request_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_h1_response_SOURCES = tests/fuzz/fuzz_h1_response.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_h1_response_LDADD = libpure.a
tests_fuzz_fuzz_h1_response_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_chunked_SOURCES = tests/fuzz/fuzz_chunked.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_chunked_LDADD = libpure.a
tests_fuzz_fuzz_chunked_LDFLAGS = $(fuzz_link_flags)
tests_fuzz_fuzz_target_SOURCES = tests/fuzz/fuzz_target.cpp tests/fuzz/check.hpp
tests_fuzz_fuzz_target_LDADD = libpure.a
tests_fuzz_fuzz_target_LDFLAGS = $(fuzz_link_flags)

EXTRA_DIST += tests/fuzz/run tests/fuzz/corpus
CLEANFILES += $(fuzz_targets)
