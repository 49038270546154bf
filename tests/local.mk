# Unit tests mirror src/. test_pure links libpure.a only; test_core has the rooms with I/O.
check_PROGRAMS += tests/test_pure tests/test_core
TESTS += tests/test_pure tests/test_core
tests_test_pure_SOURCES = tests/unit/main.cpp
tests_test_pure_LDADD = $(PURE_LIBS) -lboost_unit_test_framework
tests_test_pure_CPPFLAGS = $(AM_CPPFLAGS) -DBOOST_TEST_DYN_LINK -I$(top_srcdir)/tests -I$(top_srcdir)/tests/unit
tests_test_core_SOURCES = tests/unit/main.cpp
tests_test_core_LDADD = $(CORE_LIBS) -lboost_unit_test_framework
tests_test_core_CPPFLAGS = $(tests_test_pure_CPPFLAGS)

include tests/unit/base/local.mk
include tests/unit/http/local.mk
include tests/unit/xml/local.mk
include tests/unit/config/local.mk
include tests/unit/identity/local.mk
include tests/unit/session/local.mk
include tests/unit/authn/local.mk
include tests/unit/authz/local.mk
include tests/unit/junction/local.mk
include tests/unit/log/local.mk
include tests/unit/metrics/local.mk
include tests/unit/async/local.mk
include tests/unit/crypto/local.mk
include tests/unit/net/local.mk
include tests/unit/tls/local.mk
include tests/unit/pki/local.mk
include tests/unit/wire/local.mk
include tests/unit/upstream/local.mk
include tests/unit/store/local.mk
include tests/unit/login/local.mk
include tests/unit/fetch/local.mk
include tests/unit/exchange/local.mk
include tests/unit/inbound/local.mk
include tests/unit/admin/local.mk
include tests/unit/server/local.mk

include tests/fuzz/local.mk
include tests/tools/local.mk

check_programs: $(check_PROGRAMS)
.PHONY: check_programs
