# libpure.a: rooms without I/O. The unit tests of these rooms link nothing else, so that the linker proves it.
noinst_LIBRARIES += libpure.a libcore.a
libpure_a_SOURCES =
libcore_a_SOURCES =
PURE_LIBS = libpure.a $(LIBXML_LIBS) $(NGHTTP2_LIBS)
CORE_LIBS = libcore.a libpure.a $(GNUTLS_LIBS) $(LIBEVENT_LIBS) $(LDAP_LIBS) $(LIBCRYPT_LIBS) $(QRENCODE_LIBS) $(LIBXML_LIBS) $(NGHTTP2_LIBS) \
  $(LIBSYSTEMD_LIBS)

include src/base/local.mk
include src/http/local.mk
include src/xml/local.mk
include src/config/local.mk
include src/identity/local.mk
include src/session/local.mk
include src/authn/local.mk
include src/authz/local.mk
include src/junction/local.mk
include src/log/local.mk
include src/metrics/local.mk
include src/async/local.mk
include src/crypto/local.mk
include src/net/local.mk
include src/tls/local.mk
include src/pki/local.mk
include src/wire/local.mk
include src/upstream/local.mk
include src/store/local.mk
include src/login/local.mk
include src/fetch/local.mk
include src/exchange/local.mk
include src/inbound/local.mk
include src/admin/local.mk
include src/server/local.mk
include src/main/local.mk
include src/main/install.mk
