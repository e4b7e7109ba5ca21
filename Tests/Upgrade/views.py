"""All that clients and operators see of a server, as JSON: taken when a format was kept, and again from what later
versions make of it."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Moderation"))
import stage  # noqa: E402
from stage import Person, subscribe  # noqa: E402


def of_server(server, keys):
    """`keys`: a program's key of each person who looks."""
    return {
        "operator": of_operator(server, keys),
        "people": {name: of_person(server, name, key) for name, key in keys.items()},
        "audit": of_audit(server),
    }


def of_operator(server, keys):
    def printed(*words):
        return json.loads(server.admin(*words, "--json"))

    rooms = printed("room", "list")
    sessions = {name: printed("user", "sessions", name) for name in keys}
    return {
        "people": printed("user", "list"), "rooms": rooms, "invites": printed("user", "invites"),
        "members": {
            room["name"]: printed("room", "members", room["name"]) for room in rooms if room["kind"] != "direct"},
        # When each was seen last changes by looking.
        "sessions": {
            name: sorted([each["id"], each["kind"], each["name"], each["scopes"]] for each in rows)
            for name, rows in sessions.items()},
    }


def of_person(server, name, key):
    person = Person(server, name, key)
    try:
        found = {"rooms": {}, "blocks": person.blocks()}
        for room in person.rooms().values():
            if room.role == stage.NOBODY:
                continue
            person.must(subscribe(room.id))
            # A direct room has no name.
            found["rooms"][room.name or "direct"] = {
                "id": room.id.hex(), "kind": room.kind, "topic": room.topic, "archived": room.archived,
                "role": room.role, "head": room.head, "details": list(person.details(room.id)),
                "members": {who: list(row) for who, row in person.members(room.id).items()},
                "events": [of_event(event) for event in person.read(room.id)],
            }
        return found
    finally:
        person.close()


def of_event(event):
    return [
        event.sequence, event.id.hex(), event.author.hex() if event.author else "", event.author_name, event.at,
        event.content.hex(), event.salt.hex(), event.link.hex()]


def of_audit(server):
    """What was entered, without its place: that is the chain's, and `verify` looks at it."""
    rows = map(json.loads, server.admin("audit", "export").rstrip("\n").split("\n"))
    return [[row["kind"], row["actor"], row["subjects"], row.get("details")] for row in rows if row["type"] == "entry"]


def lacks(expected, found, place=""):
    """Where something differs from what was expected. What is found may have more members: later versions tell more."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [each for name, value in expected.items()
                for each in (lacks(value, found[name], f"{place}.{name}") if name in found else [f"{place}.{name}"])]
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return [f"{place}: {len(expected)} became {len(found)}"]
        return [each for index, (one, other) in enumerate(zip(expected, found))
                for each in lacks(one, other, f"{place}[{index}]")]
    return [] if expected == found else [f"{place}: {str(expected)[:80]} became {str(found)[:80]}"]
