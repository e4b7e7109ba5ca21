"""Tokens and documents that nobody may believe, and a caller that shows them: the protocol by hand."""

import hashlib
import json
import os
import struct
import time

from protobuf import decode, first
from protocol import AUTHENTICATED, HELLO, Connection, Disconnected, Refused

from provider import Key, Provider, hs256, jws, url64

PROVIDER_LIST = 20
#: By the names that the server's configuration gives them.
PROVIDERS = {}


def part(data):
    return struct.pack(">I", len(data)) + data


class Caller(Connection):
    """A connection that knows which server it is, and the server's part in the nonce."""

    def request(self, kind, body):
        data = super().request(kind, body)
        if kind == HELLO:
            self.server = first(decode(first(decode(data), 1)), 3)
        return data

    def ask_providers(self):
        fields = decode(self.request(PROVIDER_LIST, [(25, [])]))
        self.challenge = first(fields, 2, b"")
        return {first(decode(each), 1).decode(): decode(each) for each in fields.get(1, [])}

    def begin(self, issuer):
        """The nonce of a login (docs/protocol.md, "By a provider")."""
        self.ask_providers()
        self.verifier = os.urandom(32)
        parts = b"securechat/1 provider nonce", self.server, issuer.encode(), self.challenge, self.verifier
        self.nonce = url64(hashlib.sha256(b"".join(part(each) for each in parts)).digest())
        return self.nonce

    def show(self, name, token, kind=2, challenge=None, verifier=None):
        challenge = self.challenge if challenge is None else challenge
        verifier = self.verifier if verifier is None else verifier
        login = [(1, name), (kind, token)] + ([(4, challenge), (5, verifier)] if kind == 2 else [])
        fields = decode(self.request(AUTHENTICATED, [(3, [(10, login)])]))
        self.name = first(decode(first(fields, 1)), 2).decode()
        return self

    def receive_all(self):
        while True:
            request, kind, data = self.receive()
            if kind == 5:
                raise Disconnected(first(decode(data), 2).decode())


def enter(server, provider, name, subject, **changes):
    provider = PROVIDERS.get(name, provider)
    caller = Caller(server.port)
    nonce = caller.begin(provider.issuer)
    return caller.show(name, provider.id_token(subject, nonce, **changes))


def refusal(server, provider, name, subject, **changes):
    """The code that such a login is answered with, with its detail."""
    try:
        enter(server, provider, name, subject, **changes).close()
    except (Refused, Disconnected) as error:
        return str(error).removesuffix(": ")
    return "let in"


def answer(server, name, make, kind=2, issuer=None, **parts):
    """The same for a token that `make` makes of the nonce."""
    try:
        with Caller(server.port) as caller:
            nonce = caller.begin(issuer or PROVIDERS[name].issuer)
            caller.show(name, make(nonce), kind, **parts)
    except (Refused, Disconnected) as error:
        return str(error).removesuffix(": ")
    return "let in"


def memory(server):
    """Resident, in KiB."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


# ---------------------------------------------------------------------------------------------------------- bad tokens

def bad_tokens(own, second):
    """What is wrong: (how it is made of the nonce, the fault that is named)."""
    now, key, foreign = int(time.time()), own.key, Key()
    foreign.id = key.id

    def changed(**changes):
        return lambda nonce: own.id_token("lin", nonce, **changes)

    def plain(header, signature=lambda signed: b""):
        return lambda nonce: jws(own.claims("lin", nonce), key, header, signature)

    def twice(name, value):
        text = json.dumps(own.claims("lin", "NONCE"))[:-1] + f', "{name}": {json.dumps(value)}}}'
        return lambda nonce: jws(text.replace("NONCE", nonce), key)

    return {
        "another issuer": (changed(iss="https://evil.example"), "issuer"),
        "the issuer with a slash": (changed(iss=own.issuer + "/"), "issuer"),
        "no issuer": (changed(iss=None), "claims"),
        "another audience": (changed(aud="somebody-else"), "audience"),
        "no audience": (changed(aud=None), "claims"),
        "several audiences and no azp": (changed(aud=[own.client, "other"]), "party"),
        "made for another client": (changed(azp="other"), "party"),
        "another nonce": (lambda nonce: own.id_token("lin", "A" * 43), "nonce"),
        "no nonce": (lambda nonce: own.id_token("lin", None), "nonce"),
        "a nonce that is no text": (lambda _: jws({**own.claims("lin"), "nonce": 7}, key), "nonce"),
        "expired": (changed(exp=now - 120), "expired"),
        "no expiry": (changed(exp=None), "claims"),
        "an expiry that is no moment": (changed(exp=1e300), "claims"),
        "of the future": (changed(iat=now + 600), "notYetValid"),
        "not yet valid": (changed(nbf=now + 600), "notYetValid"),
        "without its moment": (changed(iat=None), "claims"),
        "no subject": (changed(sub=None), "claims"),
        "an empty subject": (changed(sub=""), "claims"),
        "a subject of 300 characters": (changed(sub="s" * 300), "claims"),
        "a subject with a control character": (changed(sub="a\u0000b"), "claims"),
        "alg none": (plain({"alg": "none"}), "algorithm"),
        "alg None": (plain({"alg": "None"}), "algorithm"),
        "HS256 with the public key": (plain({"alg": "HS256"}, hs256(key.public_pem())), "algorithm"),
        "HS256 with nothing": (plain({"alg": "HS256"}, hs256(b"")), "algorithm"),
        "ES256 under an RSA key": (plain({"alg": "ES256"}, lambda signed: bytes(64)), "unknownKey"),
        "a key that is not published": (plain({"kid": "nobody's"}), "unknownKey"),
        "a key of its own in the header": (
            lambda nonce: jws(own.claims("lin", nonce), foreign, {"jwk": foreign.published()}), "signature"),
        "another key under the same name": (lambda nonce: jws(own.claims("lin", nonce), foreign), "signature"),
        "no signature": (plain({}), "signature"),
        "an extension that must be known": (
            lambda nonce: jws(own.claims("lin", nonce), key, {"crit": ["exp"]}), "extensions"),
        "two issuers": (twice("iss", "https://evil.example"), "claims"),
        "two nonces": (twice("nonce", "x"), "claims"),
        "an access token": (lambda nonce: own.access_token("lin", own.client, nonce=nonce), "kind"),
        "another provider's token": (lambda nonce: second.id_token("lin", nonce), "unknownKey"),
        "no token": (lambda nonce: "a.b", "malformed"),
        "nothing": (lambda nonce: "", "malformed"),
        "JSON that is none": (lambda nonce: jws("{", key), "claims"),
        "JSON without end": (lambda nonce: jws('{"a":' * 2_000, key), "claims"),
    }


def check_tokens(report, server, own, second):
    second.keys.append(own.key)
    with Caller(server.port) as caller:
        found = caller.ask_providers()
        report.check("the server says which providers it has", set(found) >= {"corp", "own", "second"}, found)
        try:
            caller.ask_providers()
            outcome = "answered"
        except Disconnected as error:
            outcome = error.name
        report.check("and says so once a connection", outcome == "unexpected_message", outcome)
    report.check("a good token lets in", answer(server, "own", lambda nonce: own.id_token("lin", nonce)) == "let in")
    for what, (make, fault) in bad_tokens(own, second).items():
        found = answer(server, "own", make)
        report.check(f"a token with {what}: {fault}", found == f"wrong_credentials: {fault}", found)
    report.check("a token longer than any", answer(server, "own", lambda _: "a" * 17_000).startswith("too_large"))
    report.check("mix-up: one provider's token as another's",
                 answer(server, "second", lambda nonce: own.id_token("lin", nonce)) == "wrong_credentials: issuer")
    check_challenges(report, server, own)
    check_access(report, server, own)
    check_without_nonce(report, server)
    check_flood(report, server, own)


def check_challenges(report, server, own):
    """Who sees a token, and is not the one who asked for it."""
    with Caller(server.port) as caller:
        nonce = caller.begin(own.issuer)
        token, challenge, verifier = own.id_token("lin", nonce), caller.challenge, caller.verifier

    def shown(**parts):
        return answer(server, "own", lambda _: token, **parts)

    report.check("a token that was seen, with another challenge and verifier", shown() == "wrong_credentials: nonce")
    report.check("with its challenge, but not its verifier", shown(challenge=challenge) == "wrong_credentials: nonce")
    report.check("with its verifier, but a challenge of nobody's",
                 shown(challenge=challenge[:-1] + bytes([challenge[-1] ^ 1]), verifier=verifier)
                 == "wrong_credentials: nonce")
    late = (int(time.time() * 1000) + 10**9).to_bytes(8, "big") + challenge[8:]
    report.check("with a challenge that was made to last", shown(challenge=late, verifier=verifier)
                 == "wrong_credentials: nonce")
    report.check("without either", shown(challenge=b"", verifier=b"") == "wrong_credentials: nonce")
    report.check("by the one who asked for it, on a later connection",
                 shown(challenge=challenge, verifier=verifier) == "let in")
    report.check("twice", shown(challenge=challenge, verifier=verifier) == "wrong_credentials: used")
    again = own.id_token("lin", nonce)
    report.check("another token of the same login",
                 answer(server, "own", lambda _: again, challenge=challenge, verifier=verifier)
                 == "wrong_credentials: used")


def check_access(report, server, own):
    def shown(make):
        return answer(server, "own", lambda _: make, kind=3)

    report.check("an access token for this resource", shown(own.access_token("lin", "chat-api")) == "let in")
    for what, token, fault in (
            ("for another resource", own.access_token("lin", "mail-api"), "audience"),
            ("for this resource and the client", own.access_token("lin", ["chat-api", own.client]), "kind"),
            ("that is an ID token", own.id_token("lin", "x", aud="chat-api"), "kind"),
            ("that lacks what RFC 9068 asks for", own.access_token("lin", "chat-api", jti=None), "claims"),
            ("that is expired", own.access_token("lin", "chat-api", exp=int(time.time()) - 120), "expired")):
        report.check(f"an access token {what}: {fault}", shown(token) == f"wrong_credentials: {fault}", shown(token))


def check_without_nonce(report, server):
    """Where the operator lets in ID tokens that lack the nonce."""
    loose, now = PROVIDERS["loose"], int(time.time())

    def shown(token):
        return answer(server, "loose", lambda _: token)

    token = loose.id_token("lea", None)
    report.check("a token without a nonce, where that is allowed", shown(token) == "let in")
    report.check("and only once", shown(token) == "wrong_credentials: used")
    old = loose.id_token("lea", None, iat=now - 400, exp=now + 400)
    report.check("and only while it is young", shown(old) == "wrong_credentials: late")
    report.check("and with no other nonce", shown(loose.id_token("lea", "x")) == "wrong_credentials: nonce")


def check_flood(report, server, own):
    asked, begun = own.requests["/keys"], time.monotonic()
    found = set()
    for number in range(200):
        header = {"kid": f"invented {number}"}
        found.add(answer(server, "own", lambda nonce: jws(own.claims("lin", nonce), own.key, header, lambda _: b"x")))
    report.check("200 tokens of invented keys: each refused, and the keys are not fetched for each",
                 found == {"wrong_credentials: unknownKey"} and own.requests["/keys"] - asked <= 1,
                 (found, own.requests))
    report.check("in bounded time", time.monotonic() - begun < 20, time.monotonic() - begun)


# ------------------------------------------------------------------------------------------------------- bad documents

class Case:
    """A provider that publishes what it must not: what, and the fault that is named within so many seconds."""

    def __init__(self, authority, what, fault, seconds=3, discovery=None, **faults):
        self.provider, self.what, self.fault, self.seconds = Provider(authority), what, fault, seconds
        self.discovery, self.faults = discovery, faults

    def prepare(self, provider):
        provider.faults = {path.replace("_", "/"): fault for path, fault in self.faults.items()}
        if self.discovery:
            provider.faults["discovery"] = self.discovery(provider)


def documents(authority, other):
    """Eight, as many as a server may have. The first is the one that the others' memory is measured against."""
    internal = {"Location": "https://169.254.169.254/latest/meta-data"}
    return {
        "issuer": Case(authority, "another issuer", "issuerDiffers",
                       discovery=lambda provider: {"issuer": "https://evil.example"}),
        "huge": Case(authority, "keys of 4 MiB", "tooLarge", _keys={"body": b'{"keys":[' + b" " * 4_194_304 + b"]}"}),
        "slow": Case(authority, "keys that come drop by drop", "tooSlow", 12, _keys={"drip": 0.5}),
        "moved": Case(authority, "a redirect to an internal address", "status",
                      _keys={"status": 302, "headers": internal}),
        "inside": Case(authority, "keys at an internal address of another name", "notAllowed",
                       discovery=lambda provider: {
                           "jwks_uri": provider.issuer.replace("127.0.0.1", "localhost") + "/keys"}),
        "double": Case(authority, "keys that stand twice", "document",
                       _keys={"body": '{"keys":[],"keys":[]}'}),
        "stranger": Case(other, "a certificate that nobody vouches for", "untrusted"),
        "plain": Case(authority, "keys without TLS", "insecure",
                      discovery=lambda provider: {"jwks_uri": provider.issuer.replace("https", "http") + "/keys"}),
    }
