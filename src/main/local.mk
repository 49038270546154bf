sbin_PROGRAMS += sallyportd
sallyportd_SOURCES = src/main/sallyportd.cpp
sallyportd_LDADD = $(CORE_LIBS)
