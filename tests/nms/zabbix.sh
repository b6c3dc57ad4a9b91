# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# zabbix.sh SUITE VERSION TEST [PYTEST-OPTION]... - run this test with a real Zabbix server of this
# release of Debian, PostgreSQL and the frontend, and what contrib has for it.
#
# They are installed below build/nms, and kept there as they are.  Needs root.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/../.."

. tests/nms/lab.sh
suite=$1 LDM_ZABBIX=$2 test=$3
shift 3
LDM_ZABBIX_TREE=$top/build/nms/zabbix-$suite
packages='zabbix-server-pgsql zabbix-frontend-php postgresql php-cli php-pgsql curl jq snmp'
tests/debian-tree install "$suite" "$LDM_ZABBIX_TREE"
if [ ! -f "$LDM_ZABBIX_TREE/zabbix-is-here" ]; then
	# shellcheck disable=SC2086
	tests/debian-tree run "$LDM_ZABBIX_TREE" sh -c "apt-get -qq update &&
		DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $packages &&
		touch /zabbix-is-here"
fi
export LDM_ZABBIX LDM_ZABBIX_TREE
run_in_lab "tests/nms/$test" "$@"
