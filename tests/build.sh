# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2034
# build.sh - builds of this source tree below build/, and tests run there; read by bootstrap and
# the stages of check-all, at the top of the tree.

top=$PWD
: "${LDM_IETF_MIBS:=$top/build/ietf-mibs}" # for the tests
export LDM_IETF_MIBS
jobs=$(nproc 2>/dev/null || echo 2)
# Most of the time the integration tests wait.
test_jobs=$((jobs * 2))
# Not so those of programs that run slowly.
slow_test_jobs=$((jobs + jobs / 2))

# Integration tests that run the daemon.
daemon_tests='test_table test_notify test_loss test_link test_master test_coexist test_errors
	test_access test_counters test_events test_log test_reload test_set test_state test_versions'
# The same where time is short.
few_daemon_tests='test_notify test_coexist test_events test_state'

die()
{
	echo "bootstrap: $*" >&2
	exit 2
}

# configure_in NAME ARGUMENT...: configure in build/NAME, which becomes the working directory.
configure_in()
{
	[ ! -f "$top/config.status" ] || die "this source tree is configured for building in place;" \
		"run 'make distclean' first"
	mkdir -p "$top/build/$1"
	cd "$top/build/$1" || exit 2
	shift
	# What was built with other arguments is no use.
	if [ "$(cat arguments 2>/dev/null)" != "$*" ]; then
		rm -rf ./*
		echo "$*" >arguments
	fi
	# A relative path: configure does not take a source directory with a space in its name.
	[ -f config.status ] || ../../configure -q "$@"
}

# The same, and build there.
build()
{
	configure_in "$@"
	make -s -j"$jobs"
}

# The programs of TESTS that are no integration tests, as make knows them.
unit_tests()
{
	make -s Makefile >&2 # it may be out of date, and says so
	make -s -f Makefile print-unit-tests
}

# The integration tests in the list, by their names, and others by their paths.
daemon_checks()
{
	tests=
	for name in $1; do
		case $name in
		test_*) tests="$tests tests/integration/$name.py" ;;
		*) tests="$tests $name" ;;
		esac
	done
	make -s -j"$slow_test_jobs" check TESTS="$tests"
}
