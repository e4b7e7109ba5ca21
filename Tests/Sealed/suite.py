"""What Tests/Sealed/run runs: first they chat, then somebody means harm. Every case names what must come of it."""

import os
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
import securechat  # noqa: E402
from changes import (  # noqa: E402
    cut, hello_changed, joined, with_last_share, with_own_share, without, without_shares)
from client import (  # noqa: E402
    PING, REKEYED, Client, Disconnected, Distrusted, Refused, plain_frame, share)
from clocks import check_clock, check_steps  # noqa: E402
from hellos import check_hello_bytes, check_repeated  # noqa: E402
from lengths import check_lengths, check_own_lengths  # noqa: E402
from middle import Middle  # noqa: E402
from ownhellos import check_own_hellos  # noqa: E402
import protocol  # noqa: E402
from protobuf import encode  # noqa: E402
from memory import check_memory  # noqa: E402
from proxies import check_proxies  # noqa: E402
from repairs import check_repairs  # noqa: E402
from rotation import check_replacement, check_rogues, check_rotation  # noqa: E402
from sealing import P256, X25519, Broken, Exchange  # noqa: E402
from stage import Stage  # noqa: E402
from tricks import check_tricks  # noqa: E402
from waiting import until  # noqa: E402

GROUPS = {"X25519": (X25519,), "P-256": (P256,), "either": (X25519, P256), "either, P-256 first": (P256, X25519)}


# ------------------------------------------------------------------------------------------------ they chat

def check_chat(report, stage):
    for words, groups in GROUPS.items():
        with stage.enter(groups=groups) as ada, stage.enter("grace") as grace:
            room = ada.join("square")
            grace.join("square")
            heard = []
            for number in range(3):
                ada.send(room, f"{words} {number}")
                heard.append(grace.next_text())
            report.check(f"chat by {words}: sent and received", heard == [f"{words} {n}" for n in range(3)], heard)
    with Client(stage.port, fingerprint=stage.fingerprint) as ada:
        ada.log_in([(1, [(1, "ada"), (2, stage.server.passwords["ada"])])])
        report.check("login by password", ada.ping() is not None)
    with stage.enter("grace") as grace:
        room = grace.join("square")
        sender = stage.server.client("send", "ada", "--room", "square", "from the command line")
        sender.communicate(timeout=60)
        report.check("the command line's words arrive", grace.next_text() == "from the command line")
        tail = stage.server.client("tail", "ada", "--room", "square", "--since", "0", "--json")
        grace.send(room, "to the command line")
        lines = iter(tail.stdout.readline, b"")
        report.check("and it hears", any(b"to the command line" in line for line in lines))
        tail.kill()
        tail.communicate()


def check_rekey(report, stage):
    with stage.enter() as ada, stage.enter("grace") as grace:
        room = ada.join("square")
        grace.join("square")
        heard = []
        for number, group in enumerate((X25519, P256, X25519, P256)):
            ada.rekey(group)
            ada.send(room, f"after {number}")
            heard.append(grace.next_text())
            grace.rekey(group)
        report.check("keys change, groups too, and the chat goes on", heard == [f"after {n}" for n in range(4)], heard)
        # In full flight: messages of both sides between Rekey and RekeyDone.
        ada.begin_rekey()
        numbers = [ada.say(PING) for _ in range(20)]
        grace.send(room, "meanwhile")
        answers = {ada.receive()[0] for _ in range(22)}
        ada.finish_rekey()
        report.check("what is under way while keys change arrives", set(numbers) <= answers and ada.ping() is not None)
        ada.rekey()
        report.check("and they change again", ada.ping() is not None)


# ------------------------------------------------------------------- harm to the server: what it then says

def check_flips(report, stage):
    """Each byte of each field of a sealed frame."""
    size = len(Client.payload(blank(), PING))
    fields = {"header": range(4), "ciphertext": range(4, 4 + size), "tag": range(4 + size, 20 + size),
              "code": range(20 + size, 52 + size)}
    for field, places in fields.items():
        codes = {}
        for place in places:
            def harm(client):
                frame = bytearray(client.sending.seal(client.payload(PING)))
                frame[place] ^= 1
                client.transmit(bytes(frame))
                # So that a longer frame comes to its end.
                client.transmit(b"".join(sealed(client, {1: 1_200, 2: 8, 3: 1}.get(place, 0))))
            codes[place] = stage.after(harm)
        # A length that no frame has says so at its fourth byte.
        expected = {place: "frame_too_large" if place == 0 else "seal_broken" for place in places}
        report.check(f"each byte of the {field} flipped ({len(places)})", codes == expected, codes)


def blank():
    client = Client.__new__(Client)
    client.last_request = 0
    return client


def sealed(client, count=3):
    return [client.sending.seal(client.payload(PING)) for _ in range(count)]


def check_order(report, stage):
    def other_connection(client):
        with stage.enter() as other:
            client.transmit(other.sending.seal(other.payload(PING)))

    def reflected(client):
        client.say(PING)
        body = client.receive_body()
        client.receiving.open(body)
        client.transmit(struct.pack(">I", len(body)) + body)

    def old_generation(client):
        frame = client.sending.seal(client.payload(PING))
        client.transmit(frame)
        client.rekey()
        client.transmit(frame)

    def zero_length(client):
        client.transmit(bytes(4))

    harms = {
        "a frame twice": lambda c: [c.transmit(f) for f in sealed(c, 1) * 2],
        "two frames swapped": lambda c: [c.transmit(f) for f in reversed(sealed(c, 2))],
        "a frame left out": lambda c: [c.transmit(f) for f in sealed(c)[1:]],
        "a frame cut short": lambda c: c.transmit(sealed(c)[0][:-1] + b"".join(sealed(c))),
        "a frame cut short, its length mended": lambda c: c.transmit(cut(sealed(c)[0], 1)),
        "a frame without its code": lambda c: c.transmit(cut(sealed(c)[0], 32)),
        "a frame that is too short to be one": lambda c: c.transmit(cut(sealed(c)[0], len(sealed(c)[0]) - 14)),
        "two frames as one": lambda c: c.transmit(joined(sealed(c, 2))),
        "a plain frame": lambda c: c.transmit(plain_frame([(1, 9)] + PING)),
        "a frame of another connection": other_connection,
        "the server's own frame": reflected,
        "a frame of an earlier generation": old_generation,
    }
    for words, harm in harms.items():
        code = stage.after(harm)
        report.check(f"{words}: seal_broken", code == "seal_broken", code)
    report.check("a frame of no bytes: malformed", stage.after(zero_length) == "malformed")


def check_choreography(report, stage):
    def too_early(client):
        """The new key before RekeyDone."""
        client.answer(client.begin_rekey(), REKEYED)
        client.sending = client.next_sending
        client.say(PING)

    def too_late(client):
        """The old key after RekeyDone."""
        client.answer(client.begin_rekey(), REKEYED)
        client.say([(21, [])])
        client.say(PING)

    def behind(client):
        client.answer(client.begin_rekey(), REKEYED)
        client.say([(21, [])], PING)

    def twice(client):
        client.begin_rekey()
        client.say([(20, [(1, share(Exchange(X25519)))])])

    def bad_share(client):
        client.say([(20, [(1, [(1, P256), (2, bytes(65))])])])

    expected = {
        too_early: "seal_broken", too_late: "seal_broken", behind: "unexpected_message", twice: "unexpected_message",
        lambda c: c.say([(21, [])]): "unexpected_message", bad_share: "malformed",
        lambda c: c.say([(20, [(1, [(1, X25519), (2, bytes(32))])])]): "malformed",
    }
    names = ["the new key before RekeyDone", "the old key after RekeyDone", "a message behind RekeyDone", "Rekey twice",
             "RekeyDone without Rekey", "a point that is none", "a share of no order"]
    for words, (harm, code) in zip(names, expected.items()):
        found = stage.after(harm)
        report.check(f"{words}: {code}", found == code, found)
    with stage.enter() as ada:
        try:
            ada.request(REKEYED, [(20, [(1, [(1, 99), (2, b"x")])])])
            found = "answered"
        except Refused as error:
            found = error.args[0]
        report.check("a group of the future: invalid_argument", found == "invalid_argument", found)
        report.check("and the keys stay", ada.ping() is not None)
    with Client(stage.port) as stranger:
        stranger.begin_rekey()
        found = stranger.end()
        report.check("Rekey before the login: unexpected_message", found == "unexpected_message", found)


def check_rate(report, stage):
    """Keys may change eight times at once."""
    with stage.enter() as ada:
        for _ in range(8):
            ada.rekey()
        report.check("eight changes of keys at once are taken", ada.ping() is not None)
        ada.begin_rekey()
        found = ada.end()
        report.check("the ninth: rekey_too_often", found == "rekey_too_often", found)


def check_hello(report, stage):
    def offer(*shares):
        return [(2, [(1, encode([(1, 1), (2, 1), (4, os.urandom(32)), (5, "x")] + [(7, s) for s in shares]))])]

    offers = {
        "no share": ("sealing_required", offer()),
        "a share of an unknown group alone": ("sealing_required", offer([(1, 77), (2, b"x")])),
        "a share of the wrong length": ("malformed", offer([(1, X25519), (2, bytes(31))])),
        "a point that is not on the curve": ("malformed", offer([(1, P256), (2, b"\x04" + bytes(64))])),
        "a share of no order": ("malformed", offer([(1, X25519), (2, bytes(32))])),
    }
    for words, (code, hello) in offers.items():
        with Client(stage.port, hello=False) as client:
            client.transmit(plain_frame(hello))
            found = client.end()
        report.check(f"{words}: {code}", found == code, found)
    login = [(1, 2), (3, [(2, stage.tokens["ada"])])]
    pipelined = {
        "a login in the hello's frame": ("unexpected_message", lambda hello: plain_frame(hello, login)),
        "a plain login behind the hello": ("seal_broken", lambda hello: plain_frame(hello) + plain_frame(login)),
    }
    for words, (code, frames) in pipelined.items():
        with Client(stage.port, hello=False) as client:
            client.greet(frames)
            found = client.end()
        report.check(f"{words}: {code}", found == code, found)


def check_relaxed(report):
    """A server that does not ask for sealing."""
    with securechat.Server({"SECURECHAT_SEALING_REQUIRED": "false"}) as server:
        stage = Stage(server)
        with protocol.Connection(stage.port, stage.tokens["ada"]) as plain:
            plain.subscribe("square")
            report.check("without sealing: who does not seal is let in", True)
            report.check("and the log says so", "ada is connected without sealing" in server.log())
            code = "answered"
            try:
                plain.request(REKEYED, [(20, [(1, share(Exchange(X25519)))])])
            except protocol.Disconnected as error:
                code = error.name
            report.check("Rekey on a plain connection: unexpected_message", code == "unexpected_message", code)
        found = distrust(stage, stage.port, groups=())
        report.check("the client refuses a server that does not seal (check 8)", found == 8, found)
        with stage.enter("grace") as grace:
            report.check("who seals does so here too", grace.ping() is not None)
        found = through(stage, to_server=without_shares)
        report.check("an offer stripped of its shares, nobody asking for them: check 6", found == 6, found)


# --------------------------------------------------------------------------- somebody between the two

def distrust(stage, port, **options):
    """The check of section 6 at which the client stops; or the code it is told; or "trusted"."""
    try:
        with Client(port, fingerprint=stage.fingerprint, **options):
            return "trusted"
    except Distrusted as error:
        return error.args[0]
    except (Disconnected, Refused, Broken) as error:
        return error.args[0]


def through(stage, binds=False, target=None, **changes):
    with Middle(target or stage.port, **changes) as middle:
        return distrust(stage, middle.port, binds=binds)


def check_offers(report, stage):
    with securechat.Server() as other_server:
        other = Stage(other_server)
        stolen = {}

        def keep(hello):
            stolen.update(hello)
            return hello

        through(other, to_client=hello_changed(keep))
        cases = {
            "nothing changed": ("trusted", {}),
            "the shares stripped from the client's offer": (
                "sealing_required", {"to_server": without_shares}),
            "the best share stripped from it": (6, {"to_server": with_last_share}),
            "another share in its place": (6, {"to_server": with_own_share}),
            "the share stripped from the server's offer": (6, {"to_client": without_shares}),
            "another share in the server's place": (6, {"to_client": with_own_share}),
            "another server's credential": (3, {"to_client": hello_changed(lambda h: {**h, 2: stolen[2]})}),
            "another server's credential, vouched for": (
                4, {"to_client": hello_changed(lambda h: {**h, 2: stolen[2], 3: stolen[3], 5: stolen[5]})}),
            "another server's proof": (6, {"to_client": hello_changed(lambda h: dict(stolen))}),
            "another server": (7, {"target": other.port}),
        }
        for words, (expected, changes) in cases.items():
            found = through(stage, **changes)
            report.check(f"between the two: {words}: {expected}", found == expected, found)
    found = through(stage, binds=True)
    report.check(
        "who ends TLS is found by the exporter: the server's check", found == "channel_binding_mismatch", found)
    found = through(stage, binds=True, to_server=without(9))
    report.check("who keeps it from the server too: check 6", found == 6, found)
    with Middle(stage.port) as middle:
        server = stage.server
        port, server.port = server.port, middle.port
        send = server.client("send", "grace", "--room", "square", "hello")
        output = send.communicate(timeout=60)[1].decode()
        server.port = port
        report.check(
            "and the command line finds them too", send.returncode != 0 and "stand between" in output, output)


def check_middle(report, stage):
    """Who ends TLS, for a client that cannot see it, reads nothing and changes nothing."""
    with Middle(stage.port) as middle, stage.enter(port=middle.port, binds=False) as ada:
        room = ada.join("square")
        ada.send(room, "nobody else reads this")
        ada.rekey()
        ada.send(room, "nor this")
        seen = middle.seen
    words = [b"nobody else", b"nor this", stage.tokens["ada"].encode(), b"square"]
    read = [word for word in words if word in seen]
    report.check("who ends TLS reads no words, no token, no name", len(seen) > 500 and not read, read)

    # The server's third frame: its hello, the answer to the login, the pong.
    def pong(change):
        def pass_on(frame, number):
            return change(frame) if number == 2 else frame
        with Middle(stage.port, to_client=pass_on) as middle, stage.enter(port=middle.port, binds=False) as ada:
            ada.socket.settimeout(2)
            try:
                try:
                    ada.ping()
                except TimeoutError:
                    pass  # left out: the answer after it is not in its place
                ada.ping()
            except (Broken, Disconnected, TimeoutError) as error:
                return type(error).__name__
            return "answered"

    size = pong_size(stage)
    found = {}
    for place in range(4, size):
        found[place] = pong(lambda f, place=place: f[:place] + bytes([f[place] ^ 0x80]) + f[place + 1:])
    report.check(
        f"each byte of the server's frame flipped ({size - 4})", set(found.values()) == {"Broken"}, found)
    longer = pong(lambda f: struct.pack(">I", len(f) - 3) + f[4:] + b"x")
    cases = {"its length one more": longer, "twice": pong(lambda f: f + f), "cut short": pong(lambda f: cut(f, 1)),
             "left out": pong(lambda f: b""), "replaced by an older one": replayed(stage),
             "swapped with the next": swapped(stage)}
    for words, name in cases.items():
        report.check(f"the server's frame {words}", name == "Broken", name)


def swapped(stage):
    held = []

    def pass_on(frame, number):
        if number == 2:
            held.append(frame)
            return b""
        return frame + held.pop() if held else frame

    with Middle(stage.port, to_client=pass_on) as middle, stage.enter(port=middle.port, binds=False) as ada:
        ada.say(PING)
        until(lambda: held, 20, "the first answer is held")
        try:
            ada.ping()
        except Broken:
            return "Broken"
        return "answered"


def pong_size(stage):
    with stage.enter() as ada:
        ada.say(PING)
        return 4 + len(ada.receive_body())


def replayed(stage):
    kept = []

    def pass_on(frame, number):
        kept.append(frame)
        return kept[1] if number == 2 else frame

    with Middle(stage.port, to_client=pass_on) as middle, stage.enter(port=middle.port, binds=False) as ada:
        try:
            ada.ping()
        except Broken:
            return "Broken"
        return "answered"


def main():
    report = securechat.Report()
    with securechat.Server() as server:
        stage = Stage(server)
        for check in (check_chat, check_rekey, check_flips, check_order, check_choreography, check_rate, check_hello,
                      check_offers, check_middle, check_lengths, check_repeated, check_hello_bytes, check_rotation,
                      check_rogues, check_clock):
            check(report, stage)
        with stage.enter() as ada:
            report.check("the server has kept its head", ada.ping() is not None)
    check_relaxed(report)
    check_replacement(report)
    check_memory(report)
    check_proxies(report)
    check_repairs(report)
    check_own_lengths(report)
    check_own_hellos(report)
    check_tricks(report)
    check_steps(report)
    report.end()


main()
