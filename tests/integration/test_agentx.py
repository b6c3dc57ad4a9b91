# SPDX-License-Identifier: BSD-2-Clause
"""PDUs of AgentX, one by one.

The daemon answers most requests itself (direct.c), and leaves others to the library,
such as those that arrive while that waits for the answer to a ping.  Both ways must
give the same answers, and none may overtake a SET.
"""

import contextlib
import random
import struct
import time

import pytest

import ber
from axmaster import COMMIT_SET, GET, GETNEXT, NULL_OID, TEST_SET, Master, Range, encode_oid
from axproxy import UNDO_SET
from ber import END_OF_VIEW, INTEGER, NO_INSTANCE, NO_OBJECT
from lab import MOVING, SLOW, addresses, mib, wait_for

MANAGERS = 30
CHUNK = 1300  # requests within a second or two
ROOTS = ["ldmManagerEntry", "ldmManagerSummary", "ldmDiscovery", "ldmStatistics",
         "ldmInterfaceEntry", "ldmEvents", "ldmEventEntry", "ldmState"]
FOREIGN = (1, 3, 6, 1, 2, 1, 1, 1, 0)
ACTIVE, CREATE_AND_GO = 1, 4
NOT_OPEN = 257
MAX_REQUEST, HEADER_LEN = 65536, 20
NOTIFICATIONS = "ldmNotificationsEnabled"


def oid(name, *suffix):
    return ber.parse_oid(mib().oid(name)) + suffix


def after(name):
    """The end of what is registered for it."""
    root = oid(name)
    return root[:-1] + (root[-1] + 1,)


def address(text):
    return ber.parse_oid(text)


@pytest.fixture
def start(lab):
    """A function that starts a daemon that knows some managers, and returns its master agent."""
    masters = []

    def started(*config, count=len(ROOTS), interval="1h"):
        segment = lab.segment("red")
        station = lab.host("station", (segment, "198.18.254.1/24"))
        lab.host("managers", (segment, "198.18.254.2/24")).responder(
            "-n", MANAGERS, "-a", "198.18.0.1")
        masters.append(Master(lab.path / "master"))
        station.agentx = masters[0].address
        station.daemon(config=["notifications no", *config], interval=interval, window="300ms")
        masters[0].accept(count)
        return masters[0]

    yield started
    for master in masters:
        master.close()


def walk(master, root, **header):
    """The instances below a root."""
    found, end = [], after(root)
    at = Range(oid(root), end, True)
    while True:
        (name, tag, value), = master.ask(GETNEXT, [at], **header).varbinds
        if tag == END_OF_VIEW:
            assert name == at.start
            return found
        found.append((name, tag, value))
        at = Range(name, end)


def wait_managers(master):
    """Have a second round, and wait until all managers are in the table."""
    now = master.set_phases((oid("ldmDiscoveryNow", 0), INTEGER, 1), transaction=1)
    wait_for(lambda: master.get(oid("ldmDiscoveryRounds", 0)).varbinds[0][2] > 0, 10, "a round")
    for phase in now:
        master.exchange(phase)
    wait_for(lambda: master.get(oid("ldmManagersUp", 0)).varbinds[0][2] == MANAGERS, 10,
             "all managers")
    wait_for(lambda: master.get(oid("ldmDiscoveryRounds", 0)).varbinds[0][2] == 2, 10, "a round")


def is_direct(master):
    """Whether a request for our objects is answered by ourselves: before one that came in
    front of it and went through the library."""
    # A ping may wait for its answer since the last time that the master agent was read.
    master.get(oid("ldmManagersUp", 0))
    ours = master.read_request(GET, [Range(oid("ldmManagersUp", 0))])
    other = master.read_request(GET, [Range(FOREIGN)])
    answers = master.exchange(other, ours)
    assert dict(answers)[other[0]].varbinds == [(FOREIGN, NO_OBJECT, None)]
    return answers[0][0] == ours[0]


def next_answers(master, count):
    """The next answers, whatever they answer: [(packet id, Answer)]."""
    got, deadline = [], time.monotonic() + 10 * SLOW
    while len(got) < count:
        packet, answer = master.pump(deadline)
        if packet is not None:
            got.append((packet, answer))
    return got


class Requests:
    """Random ones, most of them near instances that exist."""

    def __init__(self, seed, instances):
        self.random = random.Random(seed)
        self.instances = instances

    def name(self):
        choice = self.random.choice
        name = list(choice(self.instances))
        kind = self.random.randrange(10)
        if kind == 0:
            return oid(choice(ROOTS))
        if kind == 1:
            return tuple(name[:self.random.randrange(len(oid("ldmManagerEntry")), len(name) + 1)])
        if kind == 2:
            name.append(choice((0, 1, 2**32 - 1)))
        elif kind in (3, 4):
            at = self.random.randrange(len(oid(ROOTS[1])), len(name))
            name[at] = choice((0, max(0, name[at] - 1), name[at] + 1, 255, 256, 2**32 - 1))
        elif kind == 5 and self.random.random() < 0.2:
            return choice((FOREIGN, oid(ROOTS[0])[:-3]))
        return tuple(name)

    def range(self):
        start = self.name()
        inside = [root for root in ROOTS if start[:len(oid(root))] == oid(root)]
        kind = self.random.randrange(8)
        if kind == 0 or not inside:
            end = self.random.choice((NULL_OID, after(ROOTS[-1]), self.name()))
        elif kind == 1:
            end = self.name()
        else:
            end = after(inside[0])
        return Range(start, end, self.random.random() < 0.3)

    def request(self):
        """(kind, ranges)"""
        kind = self.random.choice((GET, GETNEXT))
        return kind, [self.range() for _ in range(self.random.choice((1, 1, 1, 2, 3, 7)))]


def steady(answer):
    """An answer without the values that time changes."""
    return answer._replace(varbinds=[
        (name, tag, None if mib().name_of(ber.show_oid(name)) in MOVING else value)
        for name, tag, value in answer.varbinds])


@pytest.mark.parametrize("order, count", [("<", 3000), (">", 1000)])
def test_both_ways_give_the_same_answers(start, order, count):
    master = start("expect 198.18.0.200 spare")
    wait_managers(master)
    master.order = order
    instances = [name for root in ROOTS for name, _, _ in walk(master, root)]
    assert len(instances) > 19 * MANAGERS
    requests = Requests(count, instances)
    asked = [requests.request() for _ in range(count)]
    # Each column, of each type.
    asked += [(GET, [Range(name)]) for name in instances]
    assert is_direct(master)
    ours = [steady(master.ask(*request)) for request in asked]
    assert is_direct(master)
    # The library gives up a ping after 10 seconds.
    for i in range(0, len(asked), CHUNK):
        master.wait_held()
        assert not is_direct(master)
        for request, answer in zip(asked[i:i + CHUNK], ours[i:i + CHUNK]):
            assert steady(master.ask(*request)) == answer, request
        master.release()
    tags = {tag for answer in ours for _, tag, _ in answer.varbinds}
    assert {NO_OBJECT, NO_INSTANCE, END_OF_VIEW} < tags


def test_no_answer_overtakes_a_set(start):
    """CleanupSet has no answer, and is handled later than what arrives together with it."""
    master = start()
    for i in range(200):
        wanted = 1 + i % 2
        test, commit, cleanup = master.set_phases((oid(NOTIFICATIONS, 0), INTEGER, wanted),
                                                  transaction=5000 + i)
        for phase in (test, commit):
            assert master.exchange(phase)[0][1].error == 0
        get = master.read_request(GET, [Range(oid(NOTIFICATIONS, 0))])
        (_, answer), = master.exchange(cleanup, get)
        assert answer.varbinds == [(oid(NOTIFICATIONS, 0), INTEGER, wanted)]
    assert is_direct(master)


def test_a_get_in_the_middle_of_a_set(start):
    """A row is there from CommitSet until UndoSet; meanwhile all goes through the library, so
    that the order is kept."""
    master = start()
    name = oid("ldmManagerRowStatus", *address("198.18.7.7"))
    test, commit, _ = master.set_phases((name, INTEGER, CREATE_AND_GO), transaction=12)
    undo = master.pdu(UNDO_SET, transaction=12)
    none, active = (name, NO_INSTANCE, None), (name, INTEGER, ACTIVE)
    assert master.get(name).varbinds == [none]
    for phase, wanted, direct in (test, none, False), (commit, active, False), (undo, none, True):
        assert master.exchange(phase)[0][1].error == 0
        assert master.get(name).varbinds == [wanted]
        assert is_direct(master) == direct


def test_a_set_that_is_never_completed(start):
    """Its link is lost: afterwards, requests are answered directly again."""
    master = start()
    test, commit, _ = master.set_phases((oid(NOTIFICATIONS, 0), INTEGER, 1), transaction=9)
    for phase in (test, commit):
        assert master.exchange(phase)[0][1].error == 0
    assert not is_direct(master)
    master.hang_up()
    master.accept(len(ROOTS))
    assert is_direct(master)
    assert master.get(oid(NOTIFICATIONS, 0)).varbinds[0][2] == 2


def test_another_link(start):
    master = start()
    for _ in range(3):
        assert is_direct(master)
        master.hang_up()
        master.accept(len(ROOTS))
    assert is_direct(master)


def test_a_context(start):
    """Requests in it are answered, others are not for our objects."""
    master = start("context plant")
    assert {context for context, _ in master.registered} == {b"plant"}
    name = oid("ldmDiscoveryMisses", 0)
    assert master.get(name, context=b"plant").varbinds[0][1] == ber.GAUGE32
    for context in (None, b"", b"plan", b"plants", b"other"):
        answer = master.get(name, context=context)
        assert answer.error or answer.varbinds == [(name, NO_OBJECT, None)], context
    assert walk(master, "ldmState", context=b"plant")


def test_search_ranges(start):
    """RFC 2741, 7.2.3.2."""
    master = start()
    wait_managers(master)
    column, end = oid("ldmManagerHostname"), after("ldmManagerEntry")
    first, second = (column + address(text) for text in addresses("198.18.0.1", 2))
    last = oid("ldmManagerConflictPort", *address(f"198.18.0.{MANAGERS}"))

    def found(*values):
        answer = master.ask(GETNEXT, [Range(*values)])
        assert (answer.error, answer.index) == (0, 0)
        (name, tag, _), = answer.varbinds
        return name if tag != END_OF_VIEW else ("end", name)

    assert found(first, end) == second
    assert found(first, end, True) == first
    assert found(column, end) == found(column, end, True) == first
    assert found(column + (198, 18, 0), end, True) == first
    assert found(column + (198, 18, 0, 0, 1), end) == first
    assert found(first + (0,), end, True) == second
    assert found(first, second) == ("end", first)
    assert found(first, second, True) == first
    assert found(first, first, True) == ("end", first)
    assert found(last, end) == ("end", last)
    # Beyond the table there may be other objects, which the library knows.
    assert found(last, after("ldmManagerSummary")) == oid("ldmManagersAll", 0)
    assert found(last, NULL_OID) == oid("ldmManagersAll", 0)
    assert found(oid("ldmManagerEntry")[:-2], end, True)[:len(column) - 1] == column[:-1]


def test_requests_in_pieces(start):
    """Several in a write, and one in many."""
    master = start()
    requests = [master.read_request(GET, [Range(oid("ldmDiscoveryMisses", 0))])
                for _ in range(50)]
    answers = master.exchange(*requests)
    assert [packet for packet, _ in answers] == [packet for packet, _ in requests]
    assert len({tuple(answer.varbinds) for _, answer in answers}) == 1
    packet, octets = master.read_request(GET, [Range(oid("ldmDiscoveryMisses", 0))])
    for i in range(len(octets) - 1):
        master.sock.sendall(octets[i:i + 1])
    (answered, answer), = master.exchange((packet, octets[-1:]))
    assert (answered, answer) == (packet, answers[0][1])


def test_no_varbinds(start):
    """Both ways give an answer without any."""
    master = start()

    def expect_nothing():
        for kind in (GET, GETNEXT):
            assert master.ask(kind, []) == (0, 0, [])

    assert is_direct(master)
    expect_nothing()
    master.wait_held()
    assert not is_direct(master)
    expect_nothing()
    master.release()


def test_another_session(start):
    """RFC 2741, 7.2.2: nothing is read or set for a session that is not open."""
    master = start()
    get = [Range(oid(NOTIFICATIONS, 0))]
    for kind in (GET, GETNEXT):
        for session in (0, 76, 2**31, 2**32 - 1):
            assert master.ask(kind, get, session=session) == (NOT_OPEN, 0, [])
    test, commit, cleanup = master.set_phases((oid(NOTIFICATIONS, 0), INTEGER, 1),
                                              transaction=8, session=78)
    for phase in (test, commit):
        assert master.exchange(phase)[0][1].error == NOT_OPEN
    # With the transaction of another one: that is neither completed nor disturbed.
    ours = master.set_phases((oid(NOTIFICATIONS, 0), INTEGER, 1), transaction=8)
    for phase in ours[:2]:
        assert master.exchange(phase)[0][1].error == 0
    master.exchange(cleanup)
    assert not is_direct(master)
    master.exchange(ours[2])
    wait_for(lambda: is_direct(master), 5, "the end of the SET")
    assert master.ask(GET, get).varbinds == [(oid(NOTIFICATIONS, 0), INTEGER, 1)]


def test_the_largest_request(start):
    """The library takes 65536 octets, and drops a larger request; the link goes on."""
    master = start()
    wait_managers(master)
    ranges = [Range(oid("ldmManagerHostname", *address(name)), (1, 3))
              for name in addresses("198.18.0.1", MANAGERS)]
    one = len(master.read_request(GET, ranges[:1])[1]) - HEADER_LEN
    count = (MAX_REQUEST - HEADER_LEN) // one
    ranges = (ranges * count)[:count + 1]
    assert len(master.read_request(GET, ranges[:count])[1]) <= MAX_REQUEST
    answer = master.ask(GET, ranges[:count])
    assert [name for name, _, _ in answer.varbinds] == [r.start for r in ranges[:count]]
    assert {value for _, _, value in answer.varbinds} == {
        b"ldom%03d" % number for number in range(1, MANAGERS + 1)}
    too_large = master.read_request(GET, ranges)
    assert len(too_large[1]) > MAX_REQUEST
    master.sock.sendall(too_large[1])
    answers = master.exchange(master.read_request(GET, ranges[:1]))
    assert len(answers) == 1 and is_direct(master)


def test_malformed_requests(start):
    """They have no answer, because the library cannot parse them, and harm nothing else."""
    master = start()
    name = Range(oid("ldmDiscoveryMisses", 0))
    wanted = master.ask(GET, [name])
    start_oid, end_oid = encode_oid("<", name.start), encode_oid("<", name.end)
    for payload in (start_oid, start_oid[:-4], start_oid[:-1], start_oid[:2], b"\xff" + bytes(3),
                    start_oid + end_oid + b"\1", start_oid + b"\xff" + end_oid[1:]):
        for kind in (GET, GETNEXT):
            _, octets = master.pdu(kind, payload)
            asked, good = master.read_request(GET, [name])
            master.sock.sendall(octets + good)
            # Pings are no answers.
            packet, answer = next_answers(master, 1)[0]
            assert (packet, answer) == (asked, wanted), (kind, payload)
    assert is_direct(master)


def test_names_longer_than_any(start):
    """A name has up to 128 sub-identifiers, but the encoding has room for 255."""
    master = start()
    wait_managers(master)
    column, end = oid("ldmManagerHostname"), after("ldmManagerEntry")
    requests = []
    for length in (127, 128, 129, 255):
        long = (column + 255 * (1,))[:length]
        requests += [(GET, [Range(long)]), (GETNEXT, [Range(long, end)]),
                     (GETNEXT, [Range(long, end, True)]), (GETNEXT, [Range(column, long)])]
    ours = [master.ask(*request) for request in requests]
    assert is_direct(master)
    master.wait_held()
    assert [master.ask(*request) for request in requests] == ours
    master.release()


def test_a_length_that_cannot_be(start):
    """The library closes the link, and opens another one."""
    master = start()
    assert is_direct(master)
    for length in (2**31, 2**32 - 21):
        _, octets = master.read_request(GET, [Range(oid("ldmDiscoveryMisses", 0))])
        master.sock.sendall(octets[:16] + struct.pack("<I", length))
        with pytest.raises((EOFError, ConnectionResetError)):
            next_answers(master, 1)
        master.hang_up()
        master.accept(len(ROOTS))
        assert is_direct(master)


def fill(master):
    """Send requests until the subagent takes no more, because nobody reads its answers; returns
    the packet ids."""
    packets = []
    master.sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            packet, octets = master.read_request(GET, [Range(oid("ldmDiscoveryMisses", 0))])
            # All of it, because the request is much smaller than what the kernel frees at a time.
            assert master.sock.send(octets) == len(octets)
            packets.append(packet)
    master.sock.setblocking(True)
    return packets


def test_a_master_agent_that_does_not_read(start, lab):
    """Answers wait, and none is lost or out of order when it reads again.  Discovery goes on,
    and so does the end of the daemon."""
    master = start(interval="1s")
    asked = fill(master)
    assert len(asked) > 100
    got = next_answers(master, len(asked))
    assert [packet for packet, _ in got] == asked
    assert not any(answer.error for _, answer in got)
    assert is_direct(master)
    fill(master)
    responder, daemon = lab.processes
    responder.wait_requests(3, 10)
    assert daemon.end()[0] == 0


def test_phases_out_of_order(start):
    """CommitSet without a TestSet is an error, and harms nothing."""
    master = start()
    test, commit, _ = master.set_phases((oid(NOTIFICATIONS, 0), INTEGER, 1), transaction=3)
    assert commit[1][1] == COMMIT_SET and test[1][1] == TEST_SET
    assert master.exchange(commit)[0][1].error != 0
    assert is_direct(master)
