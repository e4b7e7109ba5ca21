"""What Tests/Oidc/run runs: people log in by a real provider, by the code and by a device, with two providers at once;
then a provider, its documents, its tokens and those who hold them mean harm. Every case names what must come of it."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
import securechat  # noqa: E402
from protocol import Disconnected  # noqa: E402

import attacks  # noqa: E402
from provider import Authority, Provider  # noqa: E402
from real import Canaille, log_in  # noqa: E402

ADDRESS = re.compile(rb"^ +(https?://\S+)$", re.MULTILINE)
DEVICE_CODE = re.compile(rb"type the code (\S+) there")


def settings(providers, **more):
    """The environment of a server with these providers: {name: {key: value}}."""
    variables = {
        f"SECURECHAT_OIDC_{name}_{key}".upper(): value
        for name, keys in providers.items() for key, value in keys.items()}
    return {"SECURECHAT_SEALING_REQUIRED": "false", "SECURECHAT_LIMITS_ENABLED": "false", **variables, **more}


def own(provider, authority, **more):
    return {
        "issuer": provider.issuer, "client": provider.client, "ca": str(authority.file), "audience": "chat-api",
        "create": "true", "administrators": "keepers", **more}


# ----------------------------------------------------------------------------------------------------- the command line

class Command:
    """A client command of a person who logs in by a provider; a context manager."""

    def __init__(self, server, name, provider, *words, token=None):
        home = server.folder / f"home-{name}"
        home.mkdir(exist_ok=True)
        environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
        environment.pop("SECURECHAT_PASSWORD", None)
        if token:
            environment["SECURECHAT_TOKEN"] = token
        self.process = subprocess.Popen(
            [securechat.PROGRAM, *words[:1], "--server", f"127.0.0.1:{server.port}", "--accept-new", "--sso", provider,
             *words[1:]],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.said = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def read(self, pattern):
        """What the command says, up to the line that matches."""
        while not (found := pattern.search(self.said)):
            line = self.process.stderr.readline()
            if not line:
                raise AssertionError(self.said.decode(errors="replace"))
            self.said += line
        return found[1].decode()

    def end(self):
        output, said = self.process.communicate(timeout=60)
        self.said += said
        return self.process.returncode, output.decode(), self.said.decode(errors="replace")


def browse(authority, address):
    """Opens an address of our own provider, which redirects at once; the page at the end."""
    context = ssl.create_default_context(cafile=authority.file)
    try:
        with urllib.request.urlopen(address, context=context, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def person(server, name):
    return json.loads(server.admin("user", "show", name, "--json"))[0]


def check_real(report, server, canaille, authority, provider):
    server.admin("room", "add", "square", "--public")
    words = ("--sso-port", str(canaille.redirect_port), "--sso-loopback")
    for name, is_administrator in (("ada", True), ("grace", False)):
        with Command(server, name, "corp", "send", *words, "--room", "square", f"{name} by Canaille") as command:
            page = log_in(command.read(ADDRESS), name, canaille.people[name])
            status, _, said = command.end()
            report.check(f"Canaille: {name} logs in by code and PKCE, and speaks", status == 0, said)
            report.check(f"Canaille: {name}'s browser is told to go back", "terminal" in page, page[:200])
        report.check(f"Canaille: the groups decide whether {name} is an administrator",
                     person(server, name)["is_administrator"] == is_administrator)
    with Command(server, "lin", "own", "send", "--sso-ca", str(authority.file), "--room", "square", "hello") as command:
        browse(authority, command.read(ADDRESS) + "&login=lin")
        status, _, said = command.end()
        report.check("another provider at the same time", status == 0, said)
    with Command(server, "max", "own", "send", "--sso-ca", str(authority.file), "--device", "--room", "square",
                 "from a device") as command:
        provider.allow(command.read(DEVICE_CODE), "max")
        status, _, said = command.end()
        report.check("device flow", status == 0, said)
    with Command(server, "nobody", "nowhere", "send", "--room", "square", "hello") as command:
        status, _, said = command.end()
        report.check("a provider that the server does not have", status == 1 and "nowhere" in said, said)
    token = provider.access_token("lin", "chat-api")
    words = ("--room", "square", "--no-follow", "--since", "0")
    with Command(server, "bot", "own", "tail", *words, token=token) as command:
        status, output, said = command.end()
        report.check("a program reads by an access token of the provider",
                     status == 0 and "from a device" in output and "ada by Canaille" in output, said)


def check_redirects(report, server, authority, provider):
    words = ("send", "--sso-ca", str(authority.file), "--room", "square", "hello")
    with Command(server, "lin", "own", *words) as command:
        address = command.read(ADDRESS)
        back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))["redirect_uri"]
        for what, query in (
                ("another state", f"code=x&state={'A' * 43}&iss={provider.issuer}"), ("no state", "code=x"),
                ("a state twice", "state=a&state=b"), ("something else", "%zz")):
            page = browse(authority, f"{back}?{query}")
            report.check(f"a redirect with {what} changes nothing", "no answer to the login" in page, page)
        report.check("another path is not there", "nothing here" in browse(authority, back + "/../x"))
        page = browse(authority, address + "&login=lin")
        status, _, said = command.end()
        report.check("and the right one still counts", status == 0 and "terminal" in page, said)
    for what, fault, word in (
            ("another provider's (mix-up)", {"iss": "https://evil.example"}, "another provider"),
            ("of nobody, where the provider says who it is", {"iss": None}, "another provider"),
            ("with an error", {"code": None, "error": "access_denied"}, "access_denied"),
            ("with a code that is none", {"code": "guessed"}, "invalid_grant")):
        provider.faults = {"redirect": fault}
        with Command(server, "lin", "own", *words) as command:
            browse(authority, command.read(ADDRESS) + "&login=lin")
            status, _, said = command.end()
            report.check(f"a redirect {what} ends the login", status == 1 and word in said, said)
    provider.faults = {}


# ------------------------------------------------------------------------------------------------------------ the suite

def check_people(report, server, provider):
    """Who somebody is, and what they may, is decided by the provider and by this server in their order."""
    provider.people["kim"] = {"preferred_username": "kim", "groups": ["keepers"]}
    report.check("a first login makes a person", attacks.enter(server, provider, "own", "kim").name == "kim")
    report.check("and an administrator, if the group says so", person(server, "kim")["is_administrator"])
    provider.people["kim"]["groups"] = []
    attacks.enter(server, provider, "own", "kim").close()
    report.check("who is in the group no longer is no administrator at the next login",
                 not person(server, "kim")["is_administrator"])
    server.admin("user", "disable", "kim")
    report.check("disabled here counts for more than what the provider says",
                 attacks.refusal(server, provider, "own", "kim") == "disabled")
    provider.people["thief"] = {"preferred_username": "ada"}
    report.check("a name that somebody has leads in as nobody",
                 attacks.refusal(server, provider, "own", "thief") == "name_taken: an administrator can link the two")
    provider.people["odd"] = {"preferred_username": "no name at all"}
    report.check("a name that is none", attacks.refusal(server, provider, "own", "odd").startswith("invalid_name"))
    report.check("who is linked nowhere, where nobody is made",
                 attacks.refusal(server, provider, "closed", "sam") == "not_linked")
    server.add_person("sam")
    server.admin("user", "link", "sam", "--provider", "closed", "--subject", "s-1")
    caller = attacks.enter(server, provider, "closed", "s-1")
    report.check("who was linked comes in as who it is", caller.name == "sam")
    server.admin("user", "link", "sam", "--provider", "closed", "--subject", "s-1", "--remove")
    try:
        caller.receive_all()
        ended = "open"
    except Disconnected as error:
        ended = error.name
    report.check("a link that is taken away ends what it let in", ended in ("session_revoked", "closed"), ended)
    report.check("and lets nobody in any more", attacks.refusal(server, provider, "closed", "s-1") == "not_linked")
    report.check("who is not in the group that may log in",
                 attacks.refusal(server, provider, "members", "sam") == "wrong_credentials: group")
    kinds = [json.loads(line).get("kind") for line in server.admin("audit", "tail", "--json").splitlines()]
    for kind in ("identity_linked", "identity_unlinked", "administrator_withdrawn", "person_added", "login_failed"):
        report.check(f"the audit log tells of {kind}", kind in kinds, kinds)


def check_hostile_documents(report, folder, authority):
    """Each fault at a provider of its own, all at one server, in bounded time and memory."""
    other_folder = folder / "other"
    other_folder.mkdir()
    cases = attacks.documents(authority, Authority(other_folder))
    with contextlib.ExitStack() as stack:
        providers = {name: stack.enter_context(case.provider) for name, case in cases.items()}
        for name, case in cases.items():
            case.prepare(providers[name])
        server = stack.enter_context(securechat.Server(settings(
            {name: own(providers[name], authority) for name in cases})))
        attacks.refusal(server, providers["issuer"], "issuer", "ada")
        before = attacks.memory(server)
        for name, case in cases.items():
            if name != "issuer":
                begun = time.monotonic()
                found = attacks.refusal(server, providers[name], name, "ada")
                took = time.monotonic() - begun
                report.check(f"a provider with {case.what}: {case.fault}",
                             found == f"provider_unavailable: {case.fault}" and took < case.seconds, (found, took))
        time_of_flood = time.monotonic()
        found = {attacks.refusal(server, providers["huge"], "huge", "ada") for _ in range(20)}
        report.check("a provider that failed is not asked for each login", providers["huge"].requests["/keys"] <= 3
                     and time.monotonic() - time_of_flood < 10, (found, providers["huge"].requests))
        grown = attacks.memory(server) - before
        report.check("the server's memory grew by less than 24 MiB", grown < 24 * 1024, f"{grown} KiB")


def check_configuration(report, folder):
    cases = {
        "http": ({"issuer": "http://login.example.org", "client": "c"}, "https"),
        "no client": ({"issuer": "https://login.example.org"}, "client"),
        "the client as audience": ({"issuer": "https://login.example.org", "client": "c", "audience": "c"}, "audience"),
        "a key that is none": ({"issuer": "https://login.example.org", "client": "c", "isuer": "x"}, "issuer"),
    }
    for what, (keys, word) in cases.items():
        file = folder / "bad.json"
        file.write_text(json.dumps({"oidc": {"corp": keys}}))
        done = subprocess.run([securechat.PROGRAM, "config", "check", "--config", str(file)], capture_output=True)
        said = (done.stdout + done.stderr).decode()
        report.check(f"configuration with {what} is refused", done.returncode == 1 and word in said, said)
    file.write_text(json.dumps({"oidc": {"corp": {"issuer": "https://login.example.org", "client": "c"}}}))
    done = subprocess.run([securechat.PROGRAM, "config", "check", "--config", str(file)], capture_output=True)
    report.check("configuration with a provider is accepted", done.returncode == 0, done.stderr.decode())


def main():
    report = securechat.Report()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="securechat-oidc-"))
    try:
        authority = Authority(folder)
        with contextlib.ExitStack() as stack:
            canaille = stack.enter_context(Canaille(folder))
            provider, second = (stack.enter_context(Provider(authority)) for _ in range(2))
            closed, members, loose = (stack.enter_context(Provider(authority)) for _ in range(3))
            loose.people["lea"] = {"preferred_username": "lea"}
            for each in ("lin", "max"):
                provider.people[each] = {"preferred_username": each}
            server = stack.enter_context(securechat.Server(settings({
                "corp": {
                    "issuer": canaille.issuer, "client": canaille.client, "loopback": "true", "create": "true",
                    "scopes": "openid profile groups", "people": "chatters", "administrators": "keepers"},
                "own": own(provider, authority), "second": own(second, authority),
                "loose": own(loose, authority, nonce="false"),
                "closed": own(closed, authority, create="false"),
                "members": own(members, authority, people="members")})))
            attacks.PROVIDERS.update({
                "own": provider, "second": second, "closed": closed, "members": members, "loose": loose})
            check_real(report, server, canaille, authority, provider)
            check_redirects(report, server, authority, provider)
            attacks.check_tokens(report, server, provider, second)
            check_people(report, server, provider)
        check_hostile_documents(report, folder, authority)
        check_configuration(report, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.end()


if __name__ == "__main__":
    main()
