libpure_a_SOURCES += \
  src/junction/case_folding.cpp src/junction/case_folding.hpp \
  src/junction/headers.cpp src/junction/headers.hpp \
  src/junction/junction.cpp src/junction/junction.hpp \
  src/junction/options.cpp src/junction/options.hpp \
  src/junction/outward.cpp src/junction/outward.hpp \
  src/junction/show.cpp src/junction/show.hpp \
  src/junction/table.cpp src/junction/table.hpp \
  src/junction/upstream_path.cpp src/junction/upstream_path.hpp \
  src/junction/xml_store.cpp src/junction/xml_store.hpp

EMBEDDED_SCHEMAS += schemas/junction.xsd

dist_man5_MANS += man/sallyport-junctions.5
