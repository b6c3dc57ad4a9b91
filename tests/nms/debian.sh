# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2164
# debian.sh - functions for software that is not installed on this machine; sourced at the top of
# the tree.

# unpack_of SUITE PACKAGE...: download packages of this release of Debian, from the mirror that apt
# uses here, and unpack them into build/nms/SUITE, without what they depend on.
unpack_of()
(
	suite=$1
	shift
	place=$PWD/build/nms/$suite
	[ ! -f "$place/unpacked-$1" ] || exit 0
	mkdir -p "$place/apt/lists/partial" "$place/apt/cache/archives/partial"
	cd "$place/apt"
	# shellcheck disable=SC2016
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' |
		sed -n 1p)
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
		>sources.list
	options="-qq -o Dir::State::Lists=$PWD/lists -o Dir::Etc::SourceList=$PWD/sources.list
		-o Dir::Etc::SourceParts=- -o Dir::Cache=$PWD/cache -o APT::Sandbox::User=root
		-o Acquire::Languages=none"
	# shellcheck disable=SC2086
	apt-get $options update
	# shellcheck disable=SC2086
	apt-get $options download "$@"
	for file in ./*.deb; do
		dpkg -x "$file" ..
		rm "$file"
	done
	touch "../unpacked-$1"
)

# prometheus_of SUITE
prometheus_of()
{
	case $1 in
	bookworm) promtool= ;;
	*) promtool=promtool ;;
	esac
	unpack_of "$1" prometheus prometheus-snmp-exporter prometheus-alertmanager $promtool
}
