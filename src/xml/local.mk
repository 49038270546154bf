libpure_a_SOURCES += \
  src/xml/element.hpp \
  src/xml/libxml.cpp src/xml/libxml.hpp \
  src/xml/parse.cpp \
  src/xml/render.cpp \
  src/xml/validate.cpp

# The schemas that are built in: a room that has one adds it here from its own local.mk.
EMBEDDED_SCHEMAS =
nodist_libpure_a_SOURCES = src/xml/embedded_schemas.cpp
CLEANFILES += src/xml/embedded_schemas.cpp
EXTRA_DIST += tools/embed-schemas
schemasdir = $(pkgdatadir)/schemas
dist_schemas_DATA = $(EMBEDDED_SCHEMAS)

src/xml/embedded_schemas.cpp: $(EMBEDDED_SCHEMAS) tools/embed-schemas
	$(AM_V_GEN)$(MKDIR_P) src/xml
	$(AM_V_at)files=; for f in $(EMBEDDED_SCHEMAS); do files="$$files $(srcdir)/$$f"; done; \
	  sh $(srcdir)/tools/embed-schemas $$files > $@.tmp
	$(AM_V_at)mv $@.tmp $@
