"""Somebody between client and server who ends TLS with a certificate of their own, and passes frames on, changed.

The client accepts any certificate: what protects the two is what is within TLS."""

import datetime
import select
import socket
import ssl
import struct
import tempfile
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def server_context():
    """With a fresh certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["securechat/1"])
    with tempfile.NamedTemporaryFile() as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.write(certificate.public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context


class HangUp(OSError):
    """Raised by those that mean harm: this is the last that is passed on, and both connections are closed."""

    def __init__(self, rest=b""):
        super().__init__("hung up")
        self.rest = rest


class Middle:
    """One connection at a time. `to_server` and `to_client` are given a frame and its number, from 0 in each direction,
    and answer what is passed on: the frame unless they mean harm."""

    def __init__(self, port, to_server=None, to_client=None):
        self.target, self.changes = port, (to_server, to_client)
        self.context = server_context()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.seen = b""  # what passed here, of both directions
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # or who waits in `accept` would wait on
        self.listener.close()

    def accept(self):
        try:
            while True:
                raw, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(raw,), daemon=True).start()
        except OSError:
            pass  # the listener is closed

    def serve(self, raw):
        outside = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        outside.check_hostname, outside.verify_mode = False, ssl.CERT_NONE
        outside.set_alpn_protocols(["securechat/1"])
        try:
            client = self.context.wrap_socket(raw, server_side=True)
            server = outside.wrap_socket(socket.create_connection(("127.0.0.1", self.target)))
        except OSError:
            return
        # One thread for both: a TLS connection is not to be read and written at the same time.
        ways = {client: Way(client, server, self.changes[0]), server: Way(server, client, self.changes[1])}
        try:
            while all(way.is_open for way in ways.values()):
                ready = [end for end in ways if end.pending()] or select.select(list(ways), [], [])[0]
                for end in ready:
                    for frame in ways[end].frames():
                        self.seen += frame
                        ways[end].pass_on(frame)
        except OSError:
            pass  # one of the two is gone
        for end in ways:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()


class Way:
    """One direction."""

    def __init__(self, source, sink, change):
        self.source, self.sink, self.change = source, sink, change
        self.held, self.number, self.is_open = b"", 0, True

    def frames(self):
        """What is whole now."""
        # What is there may be TLS's own, a ticket for instance: waiting for more would keep the other way waiting.
        self.source.setblocking(False)
        try:
            data = self.source.recv(65_536)
        except ssl.SSLWantReadError:
            return
        finally:
            self.source.setblocking(True)
        self.is_open = bool(data)
        self.held += data
        while len(self.held) >= 4 and len(self.held) >= 4 + struct.unpack(">I", self.held[:4])[0]:
            end = 4 + struct.unpack(">I", self.held[:4])[0]
            frame, self.held = self.held[:end], self.held[end:]
            yield frame

    def pass_on(self, frame):
        try:
            self.sink.sendall(self.change(frame, self.number) if self.change else frame)
        except HangUp as end:
            self.sink.sendall(end.rest)
            raise
        self.number += 1
