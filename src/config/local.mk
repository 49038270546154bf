libpure_a_SOURCES += \
  src/config/checks.cpp src/config/checks.hpp \
  src/config/diagnostic.cpp src/config/diagnostic.hpp \
  src/config/interfaces.cpp src/config/interfaces.hpp \
  src/config/parser.cpp src/config/parser.hpp \
  src/config/render.hpp \
  src/config/render_json_schema.cpp \
  src/config/render_man.cpp \
  src/config/render_sample.cpp \
  src/config/render_text.cpp src/config/render_text.hpp \
  src/config/restart.cpp src/config/restart.hpp \
  src/config/schema.cpp src/config/schema.hpp \
  src/config/schema_certificate.cpp \
  src/config/schema_certificate_users.cpp \
  src/config/schema_certificate_login.cpp \
  src/config/schema_interfaces.cpp \
  src/config/schema_junction.cpp \
  src/config/schema_login.cpp \
  src/config/schema_registry.cpp \
  src/config/schema_server.cpp \
  src/config/schema_step_up.cpp \
  src/config/schema_totp.cpp \
  src/config/setting_spec.hpp \
  src/config/settings.hpp \
  src/config/validate.cpp src/config/validate.hpp \
  src/config/values.cpp

# Made from the table of settings and kept in the source tree; a test holds them to the table.
dist_man5_MANS = man/sallyport.conf.5 man/sallyport-policy.5
exampledir = $(docdir)/examples
dist_example_DATA = etc/sallyport.conf
dist_schemas_DATA += schemas/sallyport.conf.json
EXTRA_DIST += man/sallyport.conf.5.in tools/render-docs
update-docs: sallyport-docs
	$(srcdir)/tools/render-docs ./sallyport-docs $(srcdir) $(srcdir)
.PHONY: update-docs
