#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh ARCH - run the tests of the pure modules (units, replays, model, the fuzzers' corpus) as
# programs for another architecture:
# sparc64 (big-endian, faults on unaligned access, what ldmd itself runs on) or
# i386 (32-bit size_t and long).
#
# cmocka and libbsd are not available for these: a replacement of cmocka beside this script is
# used, the headers of libbsd, and strlcpy.c.  Exit status: 0, 1 on a failure, 77 if a tool is
# missing.
set -eu

tests='access answers candidates change command config config_lines discover downlist duration events
	fleet ifpatterns inventory monitor notified oidindex parse quota random since text wire'
fuzz_targets='command config wire'

# Relative paths from here on, because the path of the top may contain a space.
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
	# The unversioned multilib package conflicts with every cross compiler; without it the
	# headers are not where -m32 looks for them.
	cc=gcc
	flags="-m32 -isystem /usr/include/x86_64-linux-gnu -D_FILE_OFFSET_BITS=64
		$(sed -n 's/^TIME64_CPPFLAGS = //p' Makefile.am)"
	run=
	packages=gcc-$(gcc -dumpversion | cut -d. -f1)-multilib
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

# compile OUTPUT ARGUMENT...
compile()
{
	output=$1
	shift
	# libbsd's headers come before the i386 flags' folder, which they wrap.
	# shellcheck disable=SC2086
	$cc $bsd $flags -std=gnu11 -D_GNU_SOURCE -DCONF_STATE_FILE='"/var/lib/ldm-agentx/state.db"' \
		-O2 -Wall -Wextra -Werror -I"$top/src" -I"$here" -o "$output" "$@"
}

run()
{
	# shellcheck disable=SC2086
	$run "$@" </dev/null
}

mkdir "$tmp/pure"
for source in src/base/duration.c src/base/parse.c src/base/random.c src/base/since.c \
	src/base/text.c src/core/*.c src/conf/*.c src/net/ifpatterns.c src/snmp/oidindex.c \
	src/responder/answers.c src/responder/command.c src/responder/fleet.c \
	src/responder/quota.c tests/replay/kept.c tests/replay/restart.c tests/replay/sim.c \
	"$here/strlcpy.c"; do
	compile "$tmp/pure/$(basename "$source" .c).o" -c "$source"
done
ar cr "$tmp/pure.a" "$tmp"/pure/*.o

status=0
for test in $tests; do
	echo "== $test ($arch)"
	# The functions that the test replaces.
	wraps=$(sed -n "s/^tests_unit_test_${test}_LDFLAGS = \$(AM_LDFLAGS)//p" Makefile.am)
	# shellcheck disable=SC2086
	compile "$tmp/$test" "$top/tests/unit/test_$test.c" "$tmp/pure.a" $wraps &&
		run "$tmp/$test" || status=1
done

echo "== replays ($arch)"
replay=$top/tests/replay
compile "$tmp/replay" "$replay/replay.c" "$replay/check.c" "$tmp/pure.a" || status=1
for script in "$replay"/*.txt; do
	run "$tmp/replay" "$script" || status=1
done

echo "== model ($arch)"
compile "$tmp/model" "$replay/model.c" "$replay/life.c" "$replay/receiver.c" "$tmp/pure.a" &&
	run "$tmp/model" 100 || status=1

echo "== ports ($arch)"
compile "$tmp/ports" "$replay/ports.c" "$tmp/pure.a" && run "$tmp/ports" || status=1

for target in $fuzz_targets; do
	echo "== corpus of $target ($arch)"
	vectors=
	[ "$target" != wire ] || vectors=$top/tests/vectors
	compile "$tmp/fuzz_$target" "$top/tests/fuzz/fuzz_$target.c" "$top/tests/fuzz/corpus.c" \
		"$tmp/pure.a" &&
		run "$tmp/fuzz_$target" "$top/tests/corpus/$target"/* \
			${vectors:+"$vectors"/*.bin} || status=1
done
exit $status
