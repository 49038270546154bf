sbin_PROGRAMS += sallyportd
sallyportd_SOURCES = src/main/sallyportd.cpp
sallyportd_LDADD = $(CORE_LIBS)

noinst_PROGRAMS += sallyport-docs
sallyport_docs_SOURCES = src/main/sallyport_docs.cpp
sallyport_docs_LDADD = $(PURE_LIBS)
