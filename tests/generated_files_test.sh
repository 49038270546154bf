#!/bin/sh
# The files that are made from the table of settings are what the table says, and the manual pages are sound.
set -eu
: "${srcdir:?}"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$srcdir/tools/render-docs" ./sallyport-docs "$srcdir" "$made"
status=0
for file in etc/sallyport.conf man/sallyport.conf.5 schemas/sallyport.conf.json; do
  if ! cmp "$made/$file" "$srcdir/$file"; then
    echo "$file differs from the table of settings: run make update-docs"
    status=1
  fi
done
if command -v mandoc > /dev/null; then
  for page in "$srcdir"/man/sallyport.conf.5 "$srcdir"/man/sallyport-policy.5; do
    mandoc -Tlint -Wwarning "$page" || status=1
  done
fi
exit $status
