"""Proxies that end TLS: those that the operator named, and others. And connections that are not sealed, in `status`."""

import json

import protocol
import securechat
from client import Client, Disconnected, Distrusted
from middle import Middle
from rotation import Person


def code(port, token, **options):
    try:
        with Client(port, token, **options) as client:
            return "served" if client.ping() is not None else "silent"
    except (Distrusted, Disconnected) as error:
        return error.args[0]


def served(proxies):
    return securechat.Server({"SECURECHAT_LISTEN_TRUSTEDPROXIES": proxies, "SECURECHAT_SEALING_REQUIRED": "false"})


def check_proxies(report):
    with served("10.0.0.0/8, 127.0.0.1") as server:
        token = enter(server)
        with Middle(server.port) as proxy:
            found = code(proxy.port, token)
            report.check("through a trusted proxy a client that binds is served", found == "served", found)
            found = code(proxy.port, token, stated=b"\x01" * 32)
            report.check("but not with another connection's exporter: check 6", found == 6, found)
            status, complaint = Person(server, "ada").look(port=proxy.port)
            report.check("so is the command line", status == 0, complaint)
        found = code(server.port, token)
        report.check("who needs no proxy is served as ever", found == "served", found)
        check_status(report, server, token)
    with served("10.0.0.0/8, ::1") as server:
        token = enter(server)
        with Middle(server.port) as proxy:
            found = code(proxy.port, token)
            report.check("any other proxy: channel_binding_mismatch", found == "channel_binding_mismatch", found)
            found = code(proxy.port, token, binds=False)
            report.check("a client that binds nothing is served through it", found == "served", found)
            found = code(proxy.port, token, stated=b"")
            report.check("one that states nothing finds it out itself: check 6", found == 6, found)
        for stated in (b"\x01" * 31, b"\x01" * 33):
            found = code(server.port, token, stated=stated)
            report.check(f"an exporter of {len(stated)} bytes: malformed", found == "malformed", found)
    with securechat.Server({"SECURECHAT_LISTEN_TRUSTEDPROXIES": ""}) as server:
        for wrong in ("10.0.0.1/8", "everybody", "10.0.0.0/33"):
            server.settings["SECURECHAT_LISTEN_TRUSTEDPROXIES"] = wrong
            try:
                server.admin("config", "check")
                complaint = "taken"
            except RuntimeError as error:
                complaint = str(error)
            report.check(f"{wrong}: refused by its name", "TRUSTEDPROXIES" in complaint, complaint)


def enter(server):
    server.add_person("ada")
    server.admin("room", "add", "square", "--public")
    return server.token("ada")


def check_status(report, server, token):
    def unsealed():
        return json.loads(server.admin("status", "--json"))["unsealed"]

    report.check("status: nobody is unsealed", unsealed() == 0)
    with Client(server.port, token) as sealed, protocol.Connection(server.port, token):
        shown = json.loads(server.admin("status", "--json"))
        report.check("status counts who is not sealed", (shown["connections"], shown["unsealed"]) == (2, 1), shown)
        report.check("and says so in words", "NOT SEALED" in server.admin("status"))
        report.check("the sealed one goes on", sealed.ping() is not None)
    # A connection that is closed is gone when the server has read its end: another's login comes after that.
    report.check("and no longer when it is over", settles(lambda: unsealed() == 0))
    audit = server.admin("audit", "tail", "--count", "100")
    report.check("the audit log has it", "unsealed_connection" in audit, audit)


def settles(holds, tries=200):
    return any(holds() for _ in range(tries))
