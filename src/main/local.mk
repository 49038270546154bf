sbin_PROGRAMS += sallyportd
sallyportd_SOURCES = src/main/sallyportd.cpp
# Named first, so that it is its malloc that all others find.
sallyportd_LDADD = $(JEMALLOC_LIBS) $(CORE_LIBS)

bin_PROGRAMS += sallyport
sallyport_SOURCES = src/main/sallyport.cpp src/main/certificate_check.cpp src/main/certificate_check.hpp src/main/certificate_command.cpp src/main/certificate_command.hpp \
  src/main/certificate_user_command.cpp src/main/certificate_user_command.hpp
sallyport_LDADD = $(CORE_LIBS)

noinst_PROGRAMS += sallyport-docs
sallyport_docs_SOURCES = src/main/sallyport_docs.cpp
sallyport_docs_LDADD = $(PURE_LIBS)
