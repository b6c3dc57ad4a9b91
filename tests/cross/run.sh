#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh ARCH - run the pure core's unit tests as programs of another machine:
# sparc64 (big-endian, faults on unaligned access, what ldmd itself runs on) or
# i386 (32-bit size_t and long).
#
# There is no cmocka for these, so its stand-in beside this script is used; of
# libbsd only headers are.  Exit status: 0, 1 on a failure, 77 when a tool is
# missing.
set -eu

# Each test with the sources of src/core that it needs.
tests='
	wire wire.c
	format format.c
'

# Relative paths from here on: the top's name may have a space in it.
cd "$(dirname "$0")/../.."
top=.
here=tests/cross
arch=${1-}
case $arch in
sparc64)
	cc=sparc64-linux-gnu-gcc
	flags=-static
	run=qemu-sparc64
	packages='gcc-sparc64-linux-gnu libc6-dev-sparc64-cross qemu-user'
	;;
i386)
	# The multilib of the unversioned gcc conflicts with every cross compiler;
	# its headers are then not where -m32 looks for them.
	cc=gcc-12
	flags='-m32 -isystem /usr/include/x86_64-linux-gnu -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64'
	run=
	packages=gcc-12-multilib
	;;
*)
	echo "usage: run.sh sparc64|i386" >&2
	exit 2
	;;
esac

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

echo 'int main(void) { return 0; }' >"$tmp/probe.c"
# shellcheck disable=SC2086 # flags and run may be several words or none
if ! $cc $flags -o "$tmp/probe" "$tmp/probe.c" || ! $run "$tmp/probe"; then
	echo "cannot build or run for $arch (Debian: $packages)" >&2
	exit 77
fi

bsd=$(pkg-config --cflags libbsd-overlay)
TEST_VECTORS=$top/tests/vectors
export TEST_VECTORS

build_and_run() {
	test=$1
	shift
	sources=
	for source; do
		sources="$sources $top/src/core/$source"
	done
	# libbsd's headers come before the i386 flags' folder, which they wrap.
	# shellcheck disable=SC2086
	$cc $bsd $flags -std=gnu11 -O2 -Wall -Wextra -Werror -I"$top/src" -I"$here" \
		-o "$tmp/$test" "$top/tests/unit/test_$test.c" $sources &&
		$run "$tmp/$test" </dev/null
}

echo "$tests" | {
	status=0
	while read -r test sources; do
		[ -n "$test" ] || continue
		echo "== $test ($arch)"
		# shellcheck disable=SC2086
		build_and_run "$test" $sources || status=1
	done
	exit $status
}
