# What is installed besides programs.
systemdsystemunit_DATA = etc/sallyport.service
sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = etc/sysusers.d/sallyport.conf
EXTRA_DIST += etc/sallyport.service.in etc/demo/registry.ldif etc/demo/sallyport.conf.in \
  etc/demo/setup etc/demo/setup-certificates etc/demo/certificates.conf.in etc/demo/make-clients quickstart check tests/install/boot tools/build tools/build-release tools/packages tools/check-arrows tools/check-await tools/check-docs tools/list-attacks \
  README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE src/ARROWS
CLEANFILES += etc/sallyport.service

# Not by configure: the directories may be changed at make time. [@] keeps it from filling in the rule itself.
etc/sallyport.service: etc/sallyport.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) etc && sed -e 's|[@]sbindir[@]|$(sbindir)|g' -e 's|[@]sysconfdir[@]|$(sysconfdir)|g' \
	  $(srcdir)/etc/sallyport.service.in > $@
dist_man8_MANS = man/sallyportd.8 man/sallyport.8
