"""A botnet: hundreds of addresses that guess at the same time, each on a connection of its own.

In each worker process one event loop keeps its share of the connections busy. A connection asks a few guesses, waits
for their answers, and comes again when the others have had their turn: what reaches the server is mixed from all the
addresses that are at it. An address that has made its guesses makes room for the next one.
"""

import asyncio
import collections
import contextlib
import multiprocessing
import os
import queue
import struct
import time

from protobuf import decode, encode, first
from protocol import AUTHENTICATED, DISCONNECT, HELLO, REFUSED, client_context, frame, server_messages

WORKERS = 2
GUESSES_OF_A_TURN = 5  # few, so that an address's guesses do not come in a row
NAMES = ["owner", "anna", "owner", "nobody", "owner", "admin"]
PATIENCE = 300  # seconds: who stands in the server's hashing lane is answered when all before him are
# The lane was full: the same guess again, for a minute, as somebody does who wants to know. The server would take it
# sooner; but the botnet's processors are the server's too here.
BUSY_PAUSE, BUSY_TRIES = 1, 60
# Attackers have machines of their own: where theirs is the server's, they are not to take the processors from it, nor
# from the owner's device (nice(2)).
NICENESS = 10
# What came of a guess that ended its connection, as others before it did that came before their time.
TOO_EARLY = "over the limit, and the end"
FLOOD_SECONDS = 10  # after which the audit log enters the count of what is alike

Guess = collections.namedtuple("Guess", "index tries")


def address(number):
    return f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{1 + number % 250}"


def login(number, index):
    """At the owner and at three who may be there or not, each address beginning with another of them; now and then,
    where there are a thousand addresses, at a name that nobody tried before, which costs the server a hash."""
    place = number + index
    user = f"name{number}x{index}" if place % 1_000 == 999 else NAMES[place % len(NAMES)]
    return [(3, [(1, [(1, user), (2, f"guess {number} {index}")])])]


class Gauge:
    """How many connections are open, of all workers together, and how many were at most, in this order."""

    def __init__(self):
        self.numbers = multiprocessing.Array("l", 2)

    def add(self, change):
        with self.numbers.get_lock():
            self.numbers[0] += change
            self.numbers[1] = max(self.numbers)

    @property
    def most(self):
        return self.numbers[1]


class Tally:
    """What came of the guesses, what befell the connections, and in how many times ten seconds the addresses were at
    it, all of them added up."""

    def __init__(self):
        self.outcomes = collections.Counter()
        self.incidents = collections.Counter()
        self.floods = 0

    def add(self, other):
        self.outcomes.update(other.outcomes)
        self.incidents.update(other.incidents)
        self.floods += other.floods


class Bot:
    """One address, and the guesses that are left to it."""

    def __init__(self, number, count, botnet, context):
        self.number = number
        self.botnet = botnet
        self.context = context
        self.left = collections.deque(Guess(index, 0) for index in range(count))
        self.tally = Tally()

    async def run(self):
        """On as many connections as the server wants to close."""
        began = time.monotonic()
        while self.left:
            try:
                async with self.connection() as (reader, writer):
                    while self.left and await self.take_turn(reader, writer):
                        pass
            except (OSError, EOFError):
                # Counted as a guess, so that it ends whatever the server does.
                self.left.popleft()
                self.tally.outcomes["not connected"] += 1
        self.tally.floods = 1 + int((time.monotonic() - began) / FLOOD_SECONDS)
        return self.tally

    @contextlib.asynccontextmanager
    async def connection(self):
        """Open, and past the hello."""
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.botnet.port, local_addr=(address(self.number), 0), ssl=self.context,
                server_hostname="")
        try:
            offer = encode([(1, 1), (2, 1), (4, os.urandom(32)), (5, "tests")])
            writer.write(frame([(1, 1), (2, [(1, offer)])]))
            _, kind, _ = (await self.receive(reader))[0]
            if kind != HELLO:
                raise ConnectionError(f"message {kind} came for a hello")
            self.botnet.gauge.add(1)
            try:
                yield reader, writer
            finally:
                self.botnet.gauge.add(-1)
        finally:
            # Bots do not wait for a farewell.
            writer.transport.abort()

    async def receive(self, reader):
        """The messages of the next frame: (request, kind, bytes)."""
        async with asyncio.timeout(PATIENCE):
            length, = struct.unpack(">I", await reader.readexactly(4))
            return list(server_messages(await reader.readexactly(length)))

    async def take_turn(self, reader, writer):
        """A few guesses and their answers; false when the connection has come to its end."""
        asked = {2 + place: self.left.popleft() for place in range(min(GUESSES_OF_A_TURN, len(self.left)))}
        again = []
        try:
            writer.write(frame(*([(1, number)] + login(self.number, guess.index) for number, guess in asked.items())))
            while asked:
                for number, kind, data in await self.receive(reader):
                    if kind == DISCONNECT:
                        self.ended(decode(data), asked)
                        return False
                    again += self.answered(asked.pop(number), kind, data)
        except (OSError, EOFError):
            # What was in flight is lost with the connection: they were guesses too.
            self.tally.outcomes["cut"] += len(asked)
            asked.clear()
            return False
        finally:
            self.left.extendleft(reversed([*again, *asked.values()]))
        if again:
            await asyncio.sleep(BUSY_PAUSE)
        return True

    def answered(self, guess, kind, data):
        """What is to be asked again of it."""
        name = f"message {kind}"
        if kind == AUTHENTICATED:
            name = "LET IN"
        elif kind == REFUSED:
            name = first(decode(data), 2, b"").decode()
        if name == "busy" and guess.tries < BUSY_TRIES:
            self.tally.incidents[name] += 1
            return [Guess(guess.index, guess.tries + 1)]
        self.tally.outcomes[name] += 1
        return []

    def ended(self, farewell, asked):
        """The last of a connection's tries is answered by its end: for too many that were wrong, or too many that came
        before their time. What came behind was not looked at: it is left in `asked`, to be asked again."""
        code = first(farewell, 2, b"").decode()
        if code == "authentication_failed":
            del asked[min(asked)]
            is_early = b"over the limit" in first(farewell, 3, b"")
            self.tally.outcomes[TOO_EARLY if is_early else code] += 1
        else:
            self.tally.incidents[code] += 1


class Botnet:
    """So many guesses, spread over so many addresses, of which so many are at it at a time."""

    def __init__(self, port, guesses, addresses, at_once):
        self.port = port
        self.addresses = addresses
        self.guesses_each = guesses // addresses
        self.at_once = min(at_once, addresses)
        self.gauge = Gauge()
        self.results = multiprocessing.Queue()
        self.workers = [
            multiprocessing.Process(target=self.work, args=(worker,), daemon=True) for worker in range(WORKERS)]

    def start(self):
        for worker in self.workers:
            worker.start()

    @property
    def is_at_it(self):
        return any(worker.is_alive() for worker in self.workers)

    def end(self, seconds):
        """Waits so long for the workers. What one has done that failed, or is not ready by then, is missing in the
        tally."""
        tally = Tally()
        last = time.monotonic() + seconds
        for worker in self.workers:
            worker.join(max(0, last - time.monotonic()))
        for worker in self.workers:
            worker.kill()
            with contextlib.suppress(queue.Empty):
                tally.add(self.results.get(timeout=5))
        return tally

    # ------------------------------------------------------------------------------------------- a worker's process

    def work(self, worker):
        os.nice(NICENESS)
        self.results.put(asyncio.run(self.attack(worker)))

    async def attack(self, worker):
        tally, context = Tally(), client_context()
        numbers = iter(range(worker, self.addresses, WORKERS))

        async def one_after_the_other():
            for number in numbers:
                tally.add(await Bot(number, self.guesses_each, self, context).run())

        share = (self.at_once + WORKERS - 1) // WORKERS
        await asyncio.gather(*(one_after_the_other() for _ in range(share)))
        return tally
