"""An authenticator (TOTP, RFC 6238), by the standard library alone: what it shows is computed as the RFCs say, not as
the server does it."""

import base64
import hashlib
import hmac
import struct
import time
import urllib.parse

from waiting import until

STEP = 30


def code_of(secret, step):
    """Six digits of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    place = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[place:place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Authenticator:
    """Set up by an otpauth:// URI. Each code is of a step after those before it."""

    def __init__(self, uri):
        parts = urllib.parse.urlsplit(uri)
        asked = dict(urllib.parse.parse_qsl(parts.query))
        self.kind = parts.netloc
        self.label = urllib.parse.unquote(parts.path.lstrip("/"))
        self.asked = asked
        padding = "=" * (-len(asked["secret"]) % 8)
        self.secret = base64.b32decode(asked["secret"] + padding)
        self.last = 0

    def code(self):
        """A code that was not shown yet: the one of this moment, or the next, which counts already."""
        step = max(self.last + 1, int(time.time()) // STEP)
        until(lambda: step <= int(time.time()) // STEP + 1, 2 * STEP, "the next code counts")
        self.last = step
        return code_of(self.secret, step)

    def wrong(self):
        """Six digits that count at no moment near."""
        now = int(time.time()) // STEP
        near = {code_of(self.secret, now + place) for place in range(-3, 10)}
        return next(f"{number:06}" for number in range(1_000) if f"{number:06}" not in near)
