"""What a server's memory holds of its keys: the keys of a live connection are in it, those that are over are not; what
is locked. The client knows its connections' keys, so they can be searched for."""

import pathlib
import re

import securechat
from client import Client


def status(process, name):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def regions(process):
    """(first byte, content, whether it is locked) of each writable region."""
    flags, places = {}, []
    for line in pathlib.Path(f"/proc/{process.pid}/smaps").read_text().splitlines():
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) (....)", line)
        if found:
            place = int(found[1], 16), int(found[2], 16)
            if found[3].startswith("rw"):
                places.append(place)
        elif line.startswith("VmFlags:"):
            flags[place] = line.split()[1:]
    with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for begin, end in places:
            memory.seek(begin)
            data = bytearray()
            while len(data) < end - begin:
                try:
                    more = memory.read(min(end - begin - len(data), 1 << 24))
                except OSError:
                    break
                if not more:
                    break
                data += more
            yield begin, data, {"lo", "dd"} <= set(flags[(begin, end)])


def places(process, secrets):
    """For each secret: (how often it is in locked memory, how often in other memory)."""
    found = {name: [0, 0] for name in secrets}
    for _, data, is_locked in regions(process):
        for name, secret in secrets.items():
            found[name][0 if is_locked else 1] += data.count(secret)
    return {name: tuple(counts) for name, counts in found.items()}


def keys_of(client):
    generation = client.generation
    return {"client's": generation.client.raw, "server's": generation.server.raw, "chain": generation.chain}


def check_memory(report):
    with securechat.Server({"SECURECHAT_LISTEN_LOOPS": "1"}) as server:
        locked = status(server.process, "VmLck")
        # The heap for keys, and a page for each of the three ticket keys.
        report.check("4 MiB of memory and a few pages are locked", 4_096 <= locked <= 4_096 + 64 * 4, locked)
        server.add_person("ada")
        token = server.token("ada")
        with Client(server.port, token) as ada:
            ada.ping()
            first = keys_of(ada)
            live = places(server.process, first)
            report.check("a live connection's keys are in locked memory, once each",
                         all(counts == (1, 0) for counts in live.values()), live)
            ada.rekey()
            ada.ping()
            gone = places(server.process, first)
            report.check("when they have changed, the old ones are nowhere", is_gone(gone), gone)
            second = keys_of(ada)
        with Client(server.port, token) as other:
            other.ping()  # has another's keys in the cipher contexts by now
            gone = places(server.process, second)
            report.check("nor are they when the connection is over", is_gone(gone), gone)
    check_unlocked(report)


def is_gone(found):
    return all(counts == (0, 0) for counts in found.values())


def check_unlocked(report):
    """Without the right to lock memory a server says so and serves."""
    server = securechat.Server()
    server.prefix = ["prlimit", "--memlock=65536:65536", "setpriv", "--bounding-set=-ipc_lock"]
    with server:
        said = "memory for keys is not locked" in server.log()
        report.check("a server that may not lock memory says so and serves", said, server.log())
