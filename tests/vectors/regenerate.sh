#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# regenerate.sh - regenerate the golden datagrams in this folder.
#
# With --check: generate them elsewhere and compare; the tree is not changed.
# Exit status: 0, 1 on a failure or a difference, 77 if a tool is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

case ${1-} in
'' | --check) ;;
*)
	echo "usage: regenerate.sh [--check]" >&2
	exit 2
	;;
esac

if ! command -v sparc64-linux-gnu-gcc >/dev/null || ! command -v qemu-sparc64 >/dev/null; then
	echo "needs sparc64-linux-gnu-gcc and qemu-sparc64" \
		"(Debian: gcc-sparc64-linux-gnu libc6-dev-sparc64-cross qemu-user)" >&2
	exit 77
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

mkdir "$tmp/new"
sparc64-linux-gnu-gcc -std=gnu11 -O1 -Wall -Wextra -Werror -static \
	-o "$tmp/make-vectors" "$here/make-vectors.c"
qemu-sparc64 "$tmp/make-vectors" "$tmp/new"

if [ "${1-}" != --check ]; then
	rm -f "$here"/*.bin
	cp "$tmp/new"/*.bin "$here"
	exit 0
fi

mkdir "$tmp/old"
cp "$here"/*.bin "$tmp/old"
diff -r "$tmp/old" "$tmp/new" && echo "the vectors are what the SPARC compiler makes"
