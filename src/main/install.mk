# What is installed besides programs.
pagesdir = $(pkgdatadir)/pages
dist_pages_DATA = etc/pages/help.html etc/pages/login.html etc/pages/login_success.html etc/pages/logout.html \
  etc/pages/logout_confirm.html etc/pages/acct_locked.html etc/pages/style.css
error_pagesdir = $(pkgdatadir)/pages/errors
dist_error_pages_DATA = $(addprefix $(srcdir)/etc/pages/errors/,$(addsuffix .html,\
  400 401 403 404 405 413 414 421 429 431 500 502 503 504))
systemdsystemunit_DATA = etc/sallyport.service
sysusersdir = $(prefix)/lib/sysusers.d
sysusers_DATA = etc/sallyport.conf.sysusers
EXTRA_DIST += etc/sallyport.service.in etc/sallyport.sysusers etc/demo/registry.ldif etc/demo/sallyport.conf.in \
  etc/demo/setup quickstart check tools/build tools/packages tools/check-arrows tools/check-await tools/check-docs \
  README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE src/ARROWS
CLEANFILES += etc/sallyport.service etc/sallyport.conf.sysusers

# Not by configure: the directories may be changed at make time.
etc/sallyport.service: etc/sallyport.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc && sed -e 's|@sbindir@|$(sbindir)|g' -e 's|@sysconfdir@|$(sysconfdir)|g' \
	  $(srcdir)/etc/sallyport.service.in > $@
etc/sallyport.conf.sysusers: etc/sallyport.sysusers
	$(AM_V_GEN)$(MKDIR_P) etc && cp $(srcdir)/etc/sallyport.sysusers $@
