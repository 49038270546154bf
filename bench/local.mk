# Measurements that are no tests: made by hand, `tools/build bench_programs`.
EXTRA_PROGRAMS += bench/session_memory bench/handshakes
bench_session_memory_SOURCES = bench/session_memory.cpp
bench_session_memory_LDADD = $(JEMALLOC_LIBS) $(CORE_LIBS)
bench_handshakes_SOURCES = bench/handshakes.cpp
bench_handshakes_LDADD = $(GNUTLS_LIBS)
bench_programs: bench/session_memory bench/handshakes
.PHONY: bench_programs
EXTRA_DIST += bench/run bench/apache.py bench/back_end.py bench/holdings.py bench/loads.py bench/logins.py \
  bench/proxies.py bench/table.py bench/train bench/works.py bench/instructions bench/instructions.json
CLEANFILES += bench/session_memory bench/handshakes
