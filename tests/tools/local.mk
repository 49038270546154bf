EXTRA_DIST += tests/tools/echo_backend.py
