# SPDX-License-Identifier: BSD-2-Clause
"""What the templates consist of.  `generate` makes the files of it, for Zabbix 6.0 and 7.0.

The type, the unit, the value map and the description of an item come from the MIB.  In an
expression or a dashboard, @OBJECT is the item of that object.
"""

NAME = 'ldm-agentx by SNMP'
VERSION = 1
DESCRIPTION = '''\
Logical Domains Managers (Oracle VM Server for SPARC) found by ldm-agentx(8), from the objects of
LDM-DISCOVERY-MIB.

Link it to the host on which ldm-agentx and snmpd run, which needs an SNMP interface.  Managers are
discovered by their addresses; each has its own items and triggers.

See the README file beside this template, or ldm-zabbix(7).'''

# The standard group for such templates, with the uuid that Zabbix itself gives it.
GROUP = ('Templates/Applications', 'a571c0d144b14fd4a87a9d9b2aa9fcd6')

# For hosts that have no other SNMP template: most of Zabbix' own have the same item.
FALLBACK_NAME = 'ldm-agentx SNMP traps fallback'
FALLBACK_DESCRIPTION = '''\
Collects the SNMP notifications of a host that no other item matches.

Link it beside the template "ldm-agentx by SNMP", unless another template of the host already has
the item snmptrap.fallback, as "Linux by SNMP" and most other SNMP templates have.'''

# Macro, value, description.
MACROS = [
    ('{$LDM.INTERVAL}', '1m',
     'How often the managers and the state of discovery are polled.'),
    ('{$LDM.INTERVAL.AGENT}', '30s',
     'How often it is asked whether the agent runs: about half of {$LDM.INTERVAL}.'),
    ('{$LDM.INTERVAL.SLOW}', '10m',
     'How often what rarely changes is polled (Zabbix 6.0 only).'),
    ('{$LDM.MANAGER.NAME.MATCHES}', '.*',
     'Managers whose name matches this regular expression are discovered.'),
    ('{$LDM.MANAGER.NAME.NOT_MATCHES}', 'CHANGE_IF_NEEDED',
     'Managers whose name matches it are not discovered.'),
    ('{$LDM.MANAGER.ADDRESS.MATCHES}', '.*',
     'Managers whose address matches this regular expression are discovered.'),
    ('{$LDM.MANAGER.ADDRESS.NOT_MATCHES}', 'CHANGE_IF_NEEDED',
     'Managers whose address matches it are not discovered.'),
    ('{$LDM.IF.NAME.MATCHES}', '.*',
     'Interfaces whose name matches this regular expression are discovered.'),
    ('{$LDM.IF.NAME.NOT_MATCHES}', 'CHANGE_IF_NEEDED',
     'Interfaces whose name matches it are not discovered.'),
    ('{$LDM.IF.STATE.MATCHES}', '.*',
     'Interfaces whose ldmInterfaceState matches this regular expression are discovered.'),
    ('{$LDM.IF.STATE.NOT_MATCHES}', '^(6|7)$',
     'Interfaces whose ldmInterfaceState matches it are not discovered: unsuitable(6) and '
     'excluded(7).'),
    ('{$LDM.MIN}', '0',
     'The number of managers that must be up; 0: any number will do.'),
    ('{$LDM.DOWN.MANY}', '20',
     'If so many managers are down, there is one problem for all of them, and no new one for '
     'each.'),
    ('{$LDM.FLAPS.MAX}', '4',
     'With more transitions than this in an hour, a manager is flapping.'),
    ('{$LDM.ROUNDS.LATE}', '3',
     'After so many intervals without a completed round, discovery has stopped.'),
    ('{$LDM.KERNEL.DROPS.MAX}', '100',
     'Datagrams a minute that the kernel may drop, on average over five minutes.'),
    ('{$LDM.UNCONFIRMED.MAX}', '10',
     'Unconfirmed addresses that there may be for fifteen minutes.'),
    ('{$LDM.QUEUE.MAX}', '0',
     'Notifications that may be queued for ten minutes.'),
    ('{$LDM.STATE.UNSAVED.MAX}', '5m',
     'How long it may take to save a change of the state.'),
    ('{$LDM.NOTIFICATION.PROBLEMS}', '1',
     'Whether notifications cause problems, in addition to polling: 1 or 0.'),
    ('{$SNMP.TIMEOUT}', '5m',
     'How long SNMP must be unavailable before there is a problem.'),
]

# Object, name of the item, component, and for how long an unchanged value is not stored again:
# '' stores each value, as triggers need it that look at several.
SCALARS = [
    ('ldmManagersAll', 'Managers', 'managers', ''),
    ('ldmManagersUp', 'Managers up', 'managers', ''),
    ('ldmManagersMissing', 'Managers missing', 'managers', ''),
    ('ldmManagersDown', 'Managers down', 'managers', ''),
    ('ldmManagersUnknown', 'Managers unknown', 'managers', ''),
    ('ldmManagersExpected', 'Managers expected', 'managers', '1h'),
    ('ldmManagersExpectedDown', 'Managers expected and down', 'managers', '1h'),
    ('ldmManagersConflicting', 'Managers in conflict', 'managers', '1h'),
    ('ldmManagersUnconfirmed', 'Unconfirmed addresses', 'managers', ''),
    ('ldmManagersMax', 'Room for managers', 'managers', '1h'),
    ('ldmManagersDownNames', 'Names of the managers down', 'managers', '1h'),
    ('ldmManagerTableAge', 'Time since a manager was added or removed', 'managers', ''),
    ('ldmDiscoveryVersion', 'Version of ldm-agentx', 'agent', '1h'),
    ('ldmDiscoveryStartTime', 'Start of ldm-agentx', 'agent', '1h'),
    ('ldmDiscoveryInterval', 'Interval of rounds', 'discovery', '1h'),
    ('ldmDiscoveryWindow', 'Window of a round', 'discovery', '1h'),
    ('ldmDiscoveryProbes', 'Requests in a round', 'discovery', '1h'),
    ('ldmDiscoveryMisses', 'Silent rounds until a manager is down', 'discovery', '1h'),
    ('ldmDiscoveryRetention', 'Silence after which a manager is removed', 'discovery', '1h'),
    ('ldmDiscoveryHops', 'Time to live of requests', 'discovery', '1h'),
    ('ldmDiscoveryRounds', 'Rounds', 'discovery', ''),
    ('ldmDiscoveryLastRound', 'Start of the last round', 'discovery', '1h'),
    ('ldmDiscoveryLastRoundAge', 'Age of the last round', 'discovery', ''),
    ('ldmDiscoveryLastDuration', 'Duration of the last round', 'discovery', ''),
    ('ldmDiscoveryLastAnswers', 'Managers heard in the last round', 'discovery', ''),
    ('ldmInterfacesImpaired', 'Impaired interfaces', 'discovery', ''),
    ('ldmDatagramsShort', 'Datagrams too short', 'statistics', '1h'),
    ('ldmDatagramsBadMagic', 'Datagrams of another protocol', 'statistics', '1h'),
    ('ldmDatagramsBadVersion', 'Datagrams of another version', 'statistics', '1h'),
    ('ldmDatagramsMacQueries', 'MAC address queries', 'statistics', '1h'),
    ('ldmDatagramsMacAnswers', 'MAC address answers', 'statistics', '1h'),
    ('ldmDatagramsOwnRequests', 'Own requests received', 'statistics', '1h'),
    ('ldmDatagramsForeignRequests', 'Requests of others', 'statistics', '1h'),
    ('ldmDatagramsUnknownType', 'Datagrams of an unknown type', 'statistics', '1h'),
    ('ldmDatagramsMalformed', 'Responses that are invalid', 'statistics', '1h'),
    ('ldmDatagramsDenied', 'Responses denied', 'statistics', '1h'),
    ('ldmDatagramsNoRoom', 'Responses without room', 'statistics', ''),
    ('ldmDatagramsUnconfirmed', 'Responses not confirmed', 'statistics', '1h'),
    ('ldmDatagramsAccepted', 'Responses accepted', 'statistics', ''),
    ('ldmDatagramsCut', 'Responses with truncated text', 'statistics', '1h'),
    ('ldmRequestsSent', 'Requests sent', 'statistics', ''),
    ('ldmSendErrors', 'Requests that could not be sent', 'statistics', ''),
    ('ldmKernelDrops', 'Datagrams dropped by the kernel', 'statistics', ''),
    ('ldmExcusedRounds', 'Rounds not judged', 'statistics', ''),
    ('ldmNotificationsEnabled', 'Notifications enabled', 'notifications', '1h'),
    ('ldmEventsQueued', 'Notifications queued', 'notifications', ''),
    ('ldmEventsSent', 'Notifications sent', 'notifications', '1h'),
    ('ldmEventsResent', 'Notifications sent again', 'notifications', '1h'),
    ('ldmEventsDropped', 'Notifications dropped', 'notifications', ''),
    ('ldmStateAge', 'Time since the state was saved', 'state', ''),
    ('ldmStateErrors', 'Failed attempts to save the state', 'state', ''),
    ('ldmStateUnsavedTime', 'Time for which a change is not saved', 'state', ''),
]

# Likewise; `Manager NAME (ADDRESS): ` is put before the name.
MANAGER_COLUMNS = [
    ('ldmManagerStatus', 'Status', ''),
    ('ldmManagerName', 'Name', '6h'),
    ('ldmManagerHostname', 'Hostname', '6h'),
    ('ldmManagerVersion', 'Version', '6h'),
    ('ldmManagerIpAddress', 'Address', '6h'),
    ('ldmManagerPort', 'Port', '6h'),
    ('ldmManagerExpected', 'Expected', '6h'),
    ('ldmManagerSourceAddress', 'Source address', '6h'),
    ('ldmManagerIfIndex', 'Interface index', '6h'),
    ('ldmManagerFirstSeen', 'First seen', '6h'),
    ('ldmManagerLastSeen', 'Last seen', '6h'),
    ('ldmManagerSilence', 'Silence', ''),
    ('ldmManagerResponseTime', 'Response time', ''),
    ('ldmManagerMissedRounds', 'Missed rounds', '10m'),
    ('ldmManagerTransitions', 'Transitions', '10m'),
    ('ldmManagerConflictAddress', 'Conflict: address of the other host', '6h'),
    ('ldmManagerConflictHostname', 'Conflict: hostname of the other host', '6h'),
    ('ldmManagerConflictPort', 'Conflict: port of the other host', '6h'),
]

# Likewise; `Interface NAME: ` is put before the name.
INTERFACE_COLUMNS = [
    ('ldmInterfaceState', 'State', '1h'),
    ('ldmInterfaceReason', 'Reason', '1h'),
    ('ldmInterfaceAddress', 'Address', '1h'),
    ('ldmInterfaceImpaired', 'Impaired', '1h'),
    ('ldmInterfaceUnheard', 'Answers to the group not received', '1h'),
    ('ldmInterfaceManagersUp', 'Managers up', ''),
    ('ldmInterfaceRequests', 'Requests sent', '1h'),
    ('ldmInterfaceResponses', 'Responses received', '1h'),
    ('ldmInterfaceKernelDrops', 'Datagrams dropped by the kernel', '1h'),
]

# Counters that are stored as they are.  Of the others the rate is stored.
KEPT_COUNTERS = ('ldmDiscoveryRounds', 'ldmManagerTransitions')

# What rarely changes: Zabbix 6.0 polls each item alone, and these with {$LDM.INTERVAL.SLOW}.
SLOW = ('ldmManagersMax', 'ldmDiscoveryVersion', 'ldmDiscoveryStartTime', 'ldmDiscoveryInterval',
        'ldmDiscoveryWindow', 'ldmDiscoveryProbes', 'ldmDiscoveryMisses', 'ldmDiscoveryRetention',
        'ldmDiscoveryHops', 'ldmNotificationsEnabled', 'ldmManagerIpAddress',
        'ldmManagerIfIndex', 'ldmManagerFirstSeen', 'ldmManagerSourceAddress',
        'ldmInterfaceAddress')

# Name, object of the index, prefix of the items, prefix of the keys, columns, macros with their
# objects and the name that the user's macros have for them.
TABLES = [
    {'name': 'Discovery of managers', 'key': 'ldm.manager.discovery', 'component': 'manager',
     'description': 'The managers in ldmManagerTable, by their addresses.',
     'prefix': 'Manager {#LDM.NAME} ({#SNMPINDEX}): ', 'columns': MANAGER_COLUMNS,
     'macros': [('{#LDM.NAME}', 'ldmManagerName', 'LDM.MANAGER.NAME'),
                ('{#LDM.ADDRESS}', 'ldmManagerIpAddress', 'LDM.MANAGER.ADDRESS')],
     'tags': [('manager', '{#LDM.NAME}'), ('address', '{#SNMPINDEX}')]},
    {'name': 'Discovery of interfaces', 'key': 'ldm.interface.discovery', 'component': 'interface',
     'description': 'The interfaces in ldmInterfaceTable that are used for discovery.',
     'prefix': 'Interface {#LDM.IFNAME}: ', 'columns': INTERFACE_COLUMNS,
     'macros': [('{#LDM.IFNAME}', 'ldmInterfaceName', 'LDM.IF.NAME'),
                ('{#LDM.IFSTATE}', 'ldmInterfaceState', 'LDM.IF.STATE')],
     'tags': [('interface', '{#LDM.IFNAME}')]},
]

# Not {ITEM.LASTVALUE2}, of which the frontend shows twenty characters only.
WHOLE2 = '{{ITEM.LASTVALUE2}.regsub("(.*)", "\\1")}'

# With these quotation marks it is another key than that of Zabbix' templates, so that both can be
# linked to a host.
AVAILABILITY_KEY = 'zabbix[host,"snmp",available]'
AVAILABILITY = [('0', 'not available'), ('1', 'available'), ('2', 'unknown')]

# A rule for triggers: nothing but the first two may become a problem because the agent does not
# answer.  So no expression uses nodata(), and no value stands for a missing one except in the
# item @ldmDiscoveryUptime.
#
# `id` is for `depends`.  `modern` replaces values in the template for 7.0.  A trigger of items of a
# table is one for each of its rows.
TRIGGERS = [
    {'id': 'snmp', 'name': 'No SNMP data collection',
     'severity': 'WARNING', 'scope': 'availability',
     'problem': 'max(@availability,{$SNMP.TIMEOUT})=0',
     'opdata': 'Current state: {ITEM.LASTVALUE1}',
     'description': 'SNMP does not work on the host: snmpd does not run, cannot be reached, or '
                    'has other credentials than the host in Zabbix.'},
    {'id': 'gone', 'name': 'ldm-agentx does not run', 'severity': 'HIGH', 'scope': 'availability',
     'problem': 'max(@ldmDiscoveryUptime,#2)=0',
     'opdata': 'Uptime: {ITEM.LASTVALUE1}', 'depends': ['snmp'],
     'description': 'snmpd answers, but has no objects of LDM-DISCOVERY-MIB: ldm-agentx does not '
                    'run, has no AgentX link to snmpd, or the view of the community or user does '
                    'not include them.  The managers are not watched.'},
    {'id': 'restarted', 'name': 'ldm-agentx has been restarted',
     'severity': 'INFO', 'scope': 'notice',
     'problem': 'last(@ldmDiscoveryUptime)>0 and last(@ldmDiscoveryUptime)<10m',
     'event': 'ldm-agentx has been restarted (uptime < 10m)',
     'opdata': 'Uptime: {ITEM.LASTVALUE1}', 'depends': ['gone'], 'manual_close': True,
     'description': 'It started less than ten minutes ago.'},
    {'id': 'version', 'name': 'ldm-agentx: version has changed',
     'severity': 'INFO', 'scope': 'notice',
     'problem': 'change(@ldmDiscoveryVersion)=1 and length(last(@ldmDiscoveryVersion))>0',
     'event': 'ldm-agentx: version has changed (new version: {ITEM.VALUE1})',
     'opdata': 'Version: {ITEM.LASTVALUE1}', 'no_recovery': True, 'manual_close': True,
     'description': 'Another version of ldm-agentx runs now.  Close the problem by hand.'},
    {'id': 'late', 'name': 'Discovery has stopped', 'severity': 'HIGH', 'scope': 'availability',
     'problem': 'min(@ldmDiscoveryLastRoundAge,#2)>{$LDM.ROUNDS.LATE}*last(@ldmDiscoveryInterval)'
                '+last(@ldmDiscoveryWindow)',
     'event': 'Discovery has stopped: last round {ITEM.VALUE1} ago',
     'opdata': 'Age: {ITEM.LASTVALUE1}, interval: {ITEM.LASTVALUE2}', 'depends': ['gone'],
     'description': 'ldm-agentx answers SNMP requests, but has not completed a round for much '
                    'longer than its interval.  The managers are not watched.'},
    {'id': 'impaired', 'name': 'Discovery is impaired', 'severity': 'HIGH', 'scope': 'availability',
     'problem': 'last(@ldmInterfacesImpaired)>0',
     'event': 'Discovery is impaired on {ITEM.VALUE1} interface(s)',
     'opdata': 'Interfaces: {ITEM.LASTVALUE1}', 'depends': ['gone'],
     'modern': {'problem': 'last(@ldmInterfacesImpaired)>0 and length(last(@impaired))>=0',
                'opdata': WHOLE2},
     'description': 'On an interface on which managers were heard, discovery does not work, for '
                    'example because the link is lost.  These managers are unknown.  '
                    'ldmInterfaceReason says what is wrong.'},
    {'id': 'few', 'name': 'Too few managers are up', 'severity': 'HIGH', 'scope': 'availability',
     'problem': 'max(@ldmManagersUp,#3)<{$LDM.MIN}',
     'event': 'Too few managers are up: {ITEM.VALUE1}, not {$LDM.MIN}',
     'opdata': 'Up: {ITEM.LASTVALUE1}', 'depends': ['gone', 'impaired'],
     'description': 'Fewer managers than {$LDM.MIN} are up.'},
    {'id': 'many', 'name': 'Many managers are down', 'severity': 'HIGH', 'scope': 'availability',
     'problem': 'last(@ldmManagersDown)>={$LDM.DOWN.MANY} and '
                'length(last(@ldmManagersDownNames))>=0',
     'event': 'Many managers are down: {ITEM.VALUE1}',
     'opdata': '{ITEM.LASTVALUE1}: ' + WHOLE2, 'depends': ['gone'],
     'description': 'At least {$LDM.DOWN.MANY} managers are down.  While this lasts, there is no '
                    'new problem for each of them.'},
    {'id': 'full', 'name': 'No room for more managers', 'severity': 'WARNING', 'scope': 'capacity',
     'problem': 'last(@ldmManagersAll)>=last(@ldmManagersMax) and max(@ldmDatagramsNoRoom,5m)>0',
     'event': 'No room for more than {ITEM.VALUE2} managers',
     'opdata': 'Managers: {ITEM.LASTVALUE1} of {ITEM.LASTVALUE2}', 'depends': ['gone'],
     'description': 'Managers answer that are not discovered: see maxManagers in '
                    'ldm-agentx.conf(5).'},
    {'id': 'unconfirmed', 'name': 'Many unconfirmed addresses',
     'severity': 'INFO', 'scope': 'security',
     'problem': 'min(@ldmManagersUnconfirmed,15m)>{$LDM.UNCONFIRMED.MAX}',
     'event': 'Many unconfirmed addresses: {ITEM.VALUE1}',
     'opdata': 'Unconfirmed: {ITEM.LASTVALUE1}', 'manual_close': True, 'depends': ['gone'],
     'description': 'Addresses answer only once: responses are lost, or forged.'},
    {'id': 'excused', 'name': 'Interfaces are not judged',
     'severity': 'AVERAGE', 'scope': 'performance',
     'problem': 'min(@ldmExcusedRounds,5m)>0',
     'event': 'Interfaces are not judged, because the kernel drops datagrams',
     'opdata': 'Rate: {ITEM.LASTVALUE1}', 'depends': ['gone'],
     'description': 'The kernel drops datagrams after each request, so that silent managers '
                    'become down late.'},
    {'id': 'drops', 'name': 'The kernel drops datagrams',
     'severity': 'WARNING', 'scope': 'performance',
     'problem': '60*avg(@ldmKernelDrops,5m)>{$LDM.KERNEL.DROPS.MAX}',
     'event': 'The kernel drops datagrams: {ITEM.VALUE1}',
     'opdata': 'Rate: {ITEM.LASTVALUE1}', 'depends': ['gone', 'excused'],
     'description': 'The receive buffer of ldm-agentx is too small (net.core.rmem_max), or the '
                    'host is overloaded or flooded.'},
    {'id': 'unsent', 'name': 'Requests cannot be sent',
     'severity': 'WARNING', 'scope': 'availability',
     'problem': 'min(@ldmSendErrors,5m)>0',
     'event': 'Requests cannot be sent: {ITEM.VALUE1}',
     'opdata': 'Rate: {ITEM.LASTVALUE1}', 'depends': ['gone', 'impaired'],
     'description': 'For example because a local firewall rejects them.'},
    {'id': 'queued', 'name': 'Notifications are queued',
     'severity': 'WARNING', 'scope': 'availability',
     'problem': 'min(@ldmEventsQueued,10m)>{$LDM.QUEUE.MAX}',
     'event': 'Notifications are queued: {ITEM.VALUE1}',
     'opdata': 'Queued: {ITEM.LASTVALUE1}', 'depends': ['gone'],
     'description': 'snmpd does not accept the notifications of ldm-agentx, or there are more '
                    'than its configuration allows to be sent.'},
    {'id': 'dropped', 'name': 'Notifications were dropped',
     'severity': 'WARNING', 'scope': 'notice',
     'problem': 'max(@ldmEventsDropped,1h)>0', 'manual_close': True, 'depends': ['gone'],
     'event': 'Notifications were dropped: {ITEM.VALUE1}',
     'opdata': 'Rate: {ITEM.LASTVALUE1}',
     'description': 'In the last hour, no notifications were sent for some events.  They are in '
                    'ldmEventTable.'},
    {'id': 'disabled', 'name': 'Notifications are disabled', 'severity': 'INFO', 'scope': 'notice',
     'problem': 'last(@ldmNotificationsEnabled)=2', 'manual_close': True, 'depends': ['gone'],
     'opdata': 'Enabled: {ITEM.LASTVALUE1}',
     'description': 'No notification is sent for new events: see ldmNotificationsEnabled.'},
    {'id': 'unsaved', 'name': 'The state is not saved', 'severity': 'AVERAGE', 'scope': 'capacity',
     'problem': 'last(@ldmStateUnsavedTime)>{$LDM.STATE.UNSAVED.MAX}',
     'event': 'The state has not been saved for {ITEM.VALUE1}',
     'opdata': 'Not saved for: {ITEM.LASTVALUE1}', 'depends': ['gone'],
     'description': 'ldm-agentx cannot write its state, for example because the disk is full.  '
                    'Its log has the reason.  After a crash, it would start with an old state.'},

    # For each manager.  Two polls must agree, so that `many` is a problem before these.
    {'id': 'expected', 'name': 'Manager {#LDM.NAME} ({#SNMPINDEX}) is expected and down',
     'severity': 'HIGH', 'scope': 'availability',
     'problem': 'count(@ldmManagerStatus,#2,"eq","3")=2 and last(@ldmManagerExpected)=1',
     'recovery': 'last(@ldmManagerStatus)<3 or last(@ldmManagerExpected)=2',
     'opdata': 'Status: {ITEM.LASTVALUE1}', 'manual_close': True, 'depends': ['gone', 'many'],
     'description': 'The manager is expected to exist, and does not answer, or never did.'},
    {'id': 'down', 'name': 'Manager {#LDM.NAME} ({#SNMPINDEX}) is down',
     'severity': 'AVERAGE', 'scope': 'availability',
     'problem': 'count(@ldmManagerStatus,#2,"eq","3")=2 and last(@ldmManagerExpected)=2',
     'recovery': 'last(@ldmManagerStatus)<3 or last(@ldmManagerExpected)=1',
     'opdata': 'Status: {ITEM.LASTVALUE1}', 'manual_close': True,
     'depends': ['gone', 'many', 'expected'],
     'description': 'The manager was silent for ldmDiscoveryMisses rounds.  If it was removed on '
                    'purpose, remove its row with ldmManagerRowStatus, or wait until ldm-agentx '
                    'removes it.'},
    {'id': 'flapping', 'name': 'Manager {#LDM.NAME} ({#SNMPINDEX}) is flapping',
     'severity': 'WARNING', 'scope': 'availability',
     'problem': 'last(@ldmManagerTransitions)-min(@ldmManagerTransitions,1h)>{$LDM.FLAPS.MAX}',
     'opdata': 'Transitions: {ITEM.LASTVALUE1}', 'manual_close': True, 'depends': ['gone', 'many'],
     'description': 'It went down or came back more than {$LDM.FLAPS.MAX} times in an hour.'},
    {'id': 'conflict',
     'name': 'Manager {#LDM.NAME} ({#SNMPINDEX}) is in conflict with another host',
     'severity': 'AVERAGE', 'scope': 'security',
     'problem': 'last(@ldmManagerConflictAddress)<>"0.0.0.0" and '
                'length(last(@ldmManagerConflictHostname))>=0',
     'event': 'Manager {#LDM.NAME} ({#SNMPINDEX}) is in conflict with {ITEM.VALUE1}',
     'opdata': 'Other host: {ITEM.LASTVALUE1} ' + WHOLE2, 'manual_close': True,
     'depends': ['gone'],
     'description': 'Two hosts answer for the address of the manager and announce different '
                    'hostnames or ports: both have this address, or one forges the responses of '
                    'the other.'},
    {'id': 'hostname', 'name': 'Manager {#LDM.NAME} ({#SNMPINDEX}): hostname has changed',
     'severity': 'INFO', 'scope': 'notice',
     'problem': 'change(@ldmManagerHostname)=1 and length(last(@ldmManagerHostname,#2))>0',
     'event': 'Manager {#LDM.NAME} ({#SNMPINDEX}): hostname has changed '
              '(new hostname: {ITEM.VALUE1})',
     'opdata': 'Hostname: {ITEM.LASTVALUE1}', 'no_recovery': True, 'manual_close': True,
     'depends': ['gone'],
     'description': 'Another host may have this address now.  Close the problem by hand.'},
    {'id': 'changed', 'name': 'Manager {#LDM.NAME} ({#SNMPINDEX}): version has changed',
     'severity': 'INFO', 'scope': 'notice',
     'problem': 'change(@ldmManagerVersion)=1 and length(last(@ldmManagerVersion,#2))>0',
     'event': 'Manager {#LDM.NAME} ({#SNMPINDEX}): version has changed '
              '(new version: {ITEM.VALUE1})',
     'opdata': 'Version: {ITEM.LASTVALUE1}', 'no_recovery': True, 'manual_close': True,
     'depends': ['gone'],
     'description': 'The software was updated.  Close the problem by hand.'},
    {'id': 'port', 'name': 'Manager {#LDM.NAME} ({#SNMPINDEX}): port has changed',
     'severity': 'INFO', 'scope': 'notice',
     'problem': 'change(@ldmManagerPort)<>0 and last(@ldmManagerPort,#2)>0',
     'event': 'Manager {#LDM.NAME} ({#SNMPINDEX}): port has changed (new port: {ITEM.VALUE1})',
     'opdata': 'Port: {ITEM.LASTVALUE1}', 'no_recovery': True, 'manual_close': True,
     'depends': ['gone'],
     'description': 'Its XMPP interface has another port.  Close the problem by hand.'},

    # For each interface.
    {'id': 'unheard', 'name': 'Interface {#LDM.IFNAME}: answers to the group are not received',
     'severity': 'WARNING', 'scope': 'availability',
     'problem': 'last(@ldmInterfaceUnheard)=1 and length(last(@ldmInterfaceReason))>=0',
     'opdata': WHOLE2, 'depends': ['gone', 'impaired'],
     'description': 'Another program has bound the port.  Managers that answer to the multicast '
                    'group only are not heard.'},
]

# Events that begin a problem, those that end it, and its name.  The problems of one subject, the
# address of a manager or the name of an interface, belong together by the tag `subject`.
NOTIFICATIONS = [
    ('disappeared', 'appeared', 'manager is down'),
    ('conflict', 'conflictEnded|disappeared', 'manager is in conflict'),
    ('impaired', 'restored', 'discovery is impaired'),
]
NOTIFICATION_DESCRIPTION = '''\
The notifications of ldm-agentx, as EVENT SUBJECT: TEXT.  The subject is the address of the manager,
or the name of the interface.

snmptrapd must hand notifications to Zabbix: see ldm-zabbix(7).  The address that they come from
must be that of the host's SNMP interface.'''

# Name, whether stacked, and items with their colours.
GRAPHS = [
    ('LDM: Managers by status', True,
     [('ldmManagersUp', '4CAF50'), ('ldmManagersMissing', 'FFC107'),
      ('ldmManagersDown', 'E53935'), ('ldmManagersUnknown', '9E9E9E')]),
    ('LDM: Last round', False,
     [('ldmDiscoveryLastRoundAge', '1E88E5'), ('ldmDiscoveryLastDuration', '8E24AA')]),
    ('LDM: Responses', False,
     [('ldmDatagramsAccepted', '4CAF50'), ('ldmDatagramsDenied', 'FFC107'),
      ('ldmDatagramsMalformed', 'FB8C00'), ('ldmKernelDrops', 'E53935')]),
    ('LDM: Notifications', False,
     [('ldmEventsQueued', 'FFC107'), ('ldmEventsSent', '4CAF50'),
      ('ldmEventsDropped', 'E53935')]),
]
GRAPH_PROTOTYPES = {
    'ldm.manager.discovery': [('Manager {#LDM.NAME} ({#SNMPINDEX}): Response time', False,
                               [('ldmManagerResponseTime', '1E88E5')])],
}

DASHBOARD = 'Logical Domains Managers'
TILES = ['ldmManagersUp', 'ldmManagersDown', 'ldmManagersExpectedDown', 'ldmManagersConflicting',
         'ldmInterfacesImpaired', 'ldmDiscoveryLastRoundAge']
