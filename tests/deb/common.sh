# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# common.sh - functions for the scripts that run in a fresh Debian, as root, in /srv.
export DEBIAN_FRONTEND=noninteractive

fail()
{
	echo "FAILED: $*" >&2
	exit 1
}

# Print what is being checked.
check()
{
	echo "- $*"
}

# quietly COMMAND...: its output only if it fails.
quietly()
{
	"$@" >/srv/output 2>&1 || { cat /srv/output; fail "$*"; }
}

# Packages come from and go to /srv/archives, so that they are downloaded once.
mkdir -p /srv/archives/partial
cat >/etc/apt/apt.conf.d/99ldm <<-'END'
	Dir::Cache::Archives "/srv/archives/";
	APT::Keep-Downloaded-Packages "true";
	APT::Sandbox::User "root";
END
