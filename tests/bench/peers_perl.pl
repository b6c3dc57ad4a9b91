#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
# peers_perl.pl - a table with Net-SNMP's Perl module, all answers in a hash.
#
#	peers_perl.pl SOCKET ROOT ROWS <TEMPLATE
#
# The arguments are those of peers_limit.c.
use strict;
use warnings;
use NetSNMP::agent (':all');
use NetSNMP::agent::default_store (':all');
use NetSNMP::default_store (':all');

my ($socket, $root, $rows) = @ARGV;
my (@names, %number, @values, @types);

$ENV{MIBS} = '';
my @template = map { [split] } <STDIN>;
for my $column (0 .. $#template) {
	my ($kind, $type, $text) = @{$template[$column]};
	my $value = $kind eq 'i' ? $text : pack('H*', $text // '');
	for my $row (0 .. $rows - 1) {
		my $address = join('.', unpack('C4', pack('N', 0xc6120001 + $row)));
		my $name = $root . '.' . ($column + 2) . ".$address";
		$number{$name} = @names;
		push @names, $name;
		push @values, $value;
		push @types, $type;
	}
}

sub handle {
	my ($handler, $info, $reginfo, $requests) = @_;
	my $mode = $reginfo->getMode();
	for (my $request = $requests; $request; $request = $request->next()) {
		my $name = join('.', $request->getOIDptr()->to_array());
		my $at = $number{$name};
		if ($mode == MODE_GETNEXT) {
			# What walks ask for beside instances: the root, or a column.
			$at = defined $at ? $at + 1 : $name =~ /^\Q$root\E\.(\d+)$/ ? ($1 - 2) * $rows : 0;
		}
		next unless defined $at && $at <= $#names;
		$request->setOID(NetSNMP::OID->new(".$names[$at]")) if $mode == MODE_GETNEXT;
		$request->setValue($types[$at], $values[$at]);
	}
}

netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, $socket);
my $agent = NetSNMP::agent->new(Name => 'peers_perl', AgentX => 1);
$agent->register('peers_perl', ".$root", \&handle) or die 'cannot register';
# Ends by a signal.
$agent->agent_check_and_process(1) while 1;
