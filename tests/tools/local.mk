EXTRA_DIST += tests/tools/echo_backend.py

# What runs outside of make: the end-to-end tests, and what people read.
EXTRA_DIST += docs tests/e2e tests/soak .clang-format
dist-hook:
	rm -rf "$(distdir)/tests/e2e/__pycache__" "$(distdir)/tests/soak/__pycache__" "$(distdir)/tests/e2e/.pytest_cache"
