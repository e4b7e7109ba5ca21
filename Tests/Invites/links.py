"""What the parts of this suite share: links, and what somebody who comes by one is told."""

import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
import protocol  # noqa: E402
import securechat  # noqa: E402

# All come from one address here; its own limit has a part of its own.
SETTINGS = {"SECURECHAT_SEALING_REQUIRED": "false", "SECURECHAT_LIMITS_ADDRESSLOGINS": "1000"}
PASSWORD = "correct horse battery"
# Every token that was told, to be looked for where none may stand.
told = []


def link(server, *words):
    """A link of the operator's: its JSON, with the token."""
    made = json.loads(server.admin("user", "invite", *words, "--json"))
    made["token"] = re.search(r"#token=(scn_[^&]+)&fingerprint=sha256:[0-9a-f]{64}$", made["link"])[1]
    told.append(made["token"])
    return made


def personal(server, name):
    """A link for somebody who is a person already."""
    made = json.loads(server.admin("user", "invite", name, "--json"))
    made["token"] = re.search(r"#token=(sci_[^&]+)&", made["link"])[1]
    return made


def outcome(action):
    """The name of the code that this is refused with; None when it is granted."""
    try:
        action()
    except (protocol.Refused, protocol.Disconnected) as error:
        return error.name
    return None


def come(server, token, name, password=PASSWORD):
    """The name of the code that a newcomer gets; None for somebody who is in."""
    with protocol.Connection(server.port) as connection:
        return outcome(lambda: connection.come(token, name, password))


def logs_in(server, name, password=PASSWORD):
    with protocol.Connection(server.port) as connection:
        return outcome(lambda: connection.log_in(name, password)) is None


def people(server):
    return {person["name"]: person for person in json.loads(server.admin("user", "list", "--json"))}


def invites(server):
    return {invite["id"]: invite for invite in json.loads(server.admin("user", "invites", "--json"))}


def entered(server, *kinds):
    """The audit log's entries of these kinds, with their details read."""
    rows = map(json.loads, server.admin("audit", "export").splitlines())
    rows = [row for row in rows if row["type"] == "entry" and row["kind"] in kinds]
    return [dict(row, details=json.loads(row["details"])) for row in rows]


def complaint(server, *words):
    """Exit status and words of a command that is to be refused."""
    done = subprocess.run(
        [securechat.PROGRAM, *words, "--data", str(server.data)], env=server.environment, capture_output=True,
        timeout=60)
    return done.returncode, done.stderr.decode()
