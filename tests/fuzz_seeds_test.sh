#!/bin/sh
# Every seed of every fuzz target, once.
set -eu
: "${srcdir:?}"
exec tests/fuzz/replay "$srcdir/tests/fuzz/corpus"
