"""Both hellos under a hand that flips their bytes one by one, and one that is said again."""

import gc
import json
import ssl
import struct

from client import Client, Disconnected, Distrusted, Refused
from cryptography.exceptions import UnsupportedAlgorithm
from middle import Middle
from sealing import Broken

# By the server, by the client's checks, or by what reads messages and keys; not a timeout, and not that files ran out.
REJECTIONS = (Broken, Disconnected, Distrusted, Refused, ssl.SSLError, ConnectionError, ValueError, IndexError,
              struct.error, UnsupportedAlgorithm)


def check_hello_bytes(report, stage):
    """Each byte of both hellos flipped, its length apart: nobody goes on with another hello than was said."""
    for side in ("to_server", "to_client"):
        hello, flipped, entered = [], None, []

        def change(frame, number):
            if number > 0:
                return frame
            hello[:] = [frame]
            if flipped is None:
                return frame
            # A signature is a byte shorter now and then, and the hello with it.
            place = min(flipped, len(frame) - 1)
            return frame[:place] + bytes([frame[place] ^ 1]) + frame[place + 1:]

        with Middle(stage.port, **{side: change}) as middle:
            stage.enter(port=middle.port, binds=False).socket.close()
            size = len(hello[0])
            for flipped in range(4, size):
                if passes(stage, middle):
                    entered.append(flipped)
                # What was raised holds its frames, and those their contexts and files, until somebody collects them.
                if flipped % 100 == 0:
                    gc.collect()
        report.check(f"each byte of the hello {side.replace('_', ' ')} flipped ({size - 4})",
                     size > 100 and not entered, entered)


def passes(stage, middle):
    try:
        stage.enter(port=middle.port, binds=False).socket.close()
    except REJECTIONS:
        return False
    return True


def check_repeated(report, stage):
    """A hello that somebody recorded wins nothing, and is told apart."""
    kept = []

    def record(frame, number):
        if number == 0:
            kept.append(frame)
        return frame

    with Middle(stage.port, to_server=record) as middle, stage.enter(port=middle.port, binds=False) as ada:
        ada.ping()
    for words in ("again", "and again"):
        with Client(stage.port, binds=False, hello=False) as other:
            try:
                other.greet(lambda _: kept[0])
                found = "answered"
            except Disconnected as error:
                found = error.args[0]
        report.check(f"a hello said {words}: hello_repeated", found == "hello_repeated", found)
    # The checks before this one broke seals and stood between with a certificate of their own.
    rows = [json.loads(line) for line in stage.server.admin("audit", "export").splitlines()]
    reasons = {json.loads(row["details"])["reason"] for row in rows if row.get("kind") == "connection_tampered"}
    report.check("the audit log tells of all that was tampered with",
                 reasons == {"seal_broken", "channel_binding_mismatch", "hello_repeated"}, reasons)
