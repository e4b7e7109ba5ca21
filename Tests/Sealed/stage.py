"""The stage of most checks: a server, two people with tokens, a room, and who the server proved to be."""

from client import Client, Disconnected


class Stage:
    def __init__(self, server):
        self.port, self.server, self.tokens = server.port, server, {}
        for name in ("ada", "grace"):
            server.add_person(name)
            self.tokens[name] = server.token(name)
        server.admin("room", "add", "square", "--public")
        with Client(self.port) as client:
            self.fingerprint = client.fingerprint

    def enter(self, name="ada", port=None, **options):
        return Client(port or self.port, self.tokens[name], self.fingerprint, **options)

    def after(self, harm, **options):
        """What the server says last to a client that did this harm after its login."""
        with self.enter(**options) as client:
            try:
                harm(client)
            except ConnectionError:
                pass  # it was quick; what it said is still to be read
            except Disconnected as error:
                return error.args[0]
            return client.end()
