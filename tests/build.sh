# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2034
# build.sh - functions that build this source tree below build/ and run tests there; sourced by
# bootstrap and the stages of check-all, at the top of the tree.

top=$PWD
: "${LDM_IETF_MIBS:=$top/build/ietf-mibs}" # for the tests
export LDM_IETF_MIBS
jobs=$(nproc 2>/dev/null || echo 2)
# The integration tests spend most of their time waiting.
test_jobs=$((jobs * 2))
# With programs that run slowly they wait less.
slow_test_jobs=$((jobs + jobs / 2))

# Integration tests that run the daemon.
daemon_tests='test_table test_notify test_loss test_link test_master test_coexist test_errors
	test_access test_counters test_events test_log test_reload test_set test_state test_versions'
# A selection of them for short runs.
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
	# make would take no more than the first line of a variable.
	case $* in
	*"
"*) die "an argument for configure has two lines" ;;
	esac
	# A build with other arguments cannot be reused.
	if [ "$(cat arguments 2>/dev/null)" != "$*" ]; then
		rm -rf ./*
		echo "$*" >arguments
	fi
	# A relative path: configure does not take a source directory with a space in its name.
	[ -f config.status ] || ../../configure -q "$@"
}

# build NAME ARGUMENT...: the same, and build there.
build()
{
	configure_in "$@"
	make -s -j"$jobs"
}

# Print the tests of the Makefile's TESTS that are not integration tests.
unit_tests()
{
	make -s Makefile >&2 # remakes an outdated one, with output
	make -s -f Makefile print-unit-tests
}

# daemon_checks LIST: run the tests in the list: integration tests by name, others by path.
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
