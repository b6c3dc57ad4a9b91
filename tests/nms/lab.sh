# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# lab.sh - runs a test in the namespaces of tests/integration/run, with its labs; sourced at the
# top of the tree.

. tests/build.sh

# run_in_lab FILE [PYTEST-OPTION]...: build, and run these tests.
run_in_lab()
{
	(build check >/dev/null)
	LDM_BUILDDIR=$top/build/check
	PYTHONPATH=$top/tests/integration
	export LDM_BUILDDIR PYTHONPATH
	exec tests/integration/run --noconftest -p conftest -s -q "$@"
}
