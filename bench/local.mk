# Measurements that are no tests: made by hand, `make bench_programs`.
EXTRA_PROGRAMS += bench/session_memory
bench_session_memory_SOURCES = bench/session_memory.cpp
bench_session_memory_LDADD = $(JEMALLOC_LIBS) $(CORE_LIBS)
bench_programs: bench/session_memory
.PHONY: bench_programs
EXTRA_DIST += bench/run bench/back_end.py bench/instructions
CLEANFILES += bench/session_memory
