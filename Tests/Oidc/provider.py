"""An identity provider of our own that does what it is told, the wrong things above all.

It speaks OpenID Connect over HTTPS on the loopback, with an authority of its own: discovery, keys, authorization code
with PKCE (checked), and the device flow. `faults` changes how it behaves; `requests` counts what was asked.
"""

import base64
import datetime
import hashlib
import hmac
import http.server
import ipaddress
import json
import secrets
import ssl
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number64(number):
    return url64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


class Authority:
    """A certificate authority, and the certificate of 127.0.0.1 that it vouches for."""

    def __init__(self, folder):
        key, name = ec.generate_private_key(ec.SECP256R1()), self.name(f"Authority of {folder.name}")
        root = self.sign(name, name, key.public_key(), key, is_authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        leaf = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(self.name("127.0.0.1"), name, leaf.public_key(), key)
        self.chain = folder / "provider.pem"
        self.chain.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM) + leaf.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

    @staticmethod
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    @staticmethod
    def sign(subject, issuer, public, key, is_authority=False):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True))
        if not is_authority:
            alternative = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
            builder = builder.add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        return builder.sign(key, hashes.SHA256())


class Key:
    """A key that signs tokens, and its public half as it is published."""

    def __init__(self, algorithm="RS256"):
        self.algorithm, self.id = algorithm, secrets.token_hex(8)
        self.private = (
            rsa.generate_private_key(65537, 2048) if algorithm != "ES256" else ec.generate_private_key(ec.SECP256R1()))

    def published(self):
        numbers = self.private.public_key().public_numbers()
        common = {"kid": self.id, "use": "sig", "alg": self.algorithm}
        if self.algorithm == "ES256":
            x, y = (url64(part.to_bytes(32, "big")) for part in (numbers.x, numbers.y))
            return {**common, "kty": "EC", "crv": "P-256", "x": x, "y": y}
        return {**common, "kty": "RSA", "n": number64(numbers.n), "e": number64(numbers.e)}

    def sign(self, data):
        if self.algorithm == "ES256":
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def public_pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def jws(claims, key, header=None, signature=None):
    """A token; `claims` may be text, to say what no encoder would."""
    header = {"alg": key.algorithm, "kid": key.id, "typ": "JWT", **(header or {})}
    payload = claims if isinstance(claims, str) else json.dumps(claims)
    signed = f"{url64(json.dumps(header).encode())}.{url64(payload.encode())}"
    return f"{signed}.{url64(key.sign(signed.encode()) if signature is None else signature(signed.encode()))}"


def hs256(secret):
    return lambda signed: hmac.new(secret, signed, hashlib.sha256).digest()


class Quiet(http.server.ThreadingHTTPServer):
    """Who breaks a connection off is no news here."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class Provider:
    """A context manager: a server on a port of its own, in threads."""

    def __init__(self, authority, client="securechat"):
        self.client, self.key = client, Key()
        self.keys = [self.key]
        self.faults, self.requests = {}, {}
        self.codes, self.devices = {}, {}
        self.people = {}
        self.lock = threading.Lock()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.chain)
        self.server = Quiet(("127.0.0.1", 0), self.handler())
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.issuer = f"https://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    # ---------------------------------------------------------------------------------------------------- what it says

    def claims(self, subject, nonce=None, **changes):
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.client, "sub": subject, "iat": now, "exp": now + 300,
            **self.people.get(subject, {}), **({"nonce": nonce} if nonce else {}), **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def id_token(self, subject, nonce, **changes):
        return jws(self.claims(subject, nonce, **changes), self.key)

    def access_token(self, subject, audience, **changes):
        claims = self.claims(
            subject, **{"aud": audience, "client_id": self.client, "jti": secrets.token_hex(8), **changes})
        return jws(claims, self.key, header={"typ": "at+jwt"})

    def discovery(self):
        endpoints = {
            "authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys",
            "device_authorization_endpoint": "device",
        }
        return {
            "issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in endpoints.items()},
            "code_challenge_methods_supported": ["S256"], "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True, **self.faults.get("discovery", {}),
        }

    # ------------------------------------------------------------------------------------------------- what it is asked

    def answer(self, path, query, form):
        with self.lock:
            self.requests[path] = self.requests.get(path, 0) + 1
        if path == "/.well-known/openid-configuration":
            return 200, {}, json.dumps(self.discovery())
        if path == "/keys":
            return 200, {}, json.dumps({"keys": [key.published() for key in self.keys]})
        if path == "/authorize":
            return self.authorize(query)
        if path == "/device":
            code = secrets.token_hex(16)
            self.devices[code] = {"nonce": form.get("nonce"), "subject": None}
            return 200, {}, json.dumps({
                "device_code": code, "user_code": code[:8].upper(), "verification_uri": f"{self.issuer}/activate",
                "expires_in": 300, "interval": 1})
        if path == "/token":
            return self.token(form)
        return 404, {}, "{}"

    def authorize(self, query):
        """As if somebody had logged in who is named `login`."""
        code = secrets.token_hex(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer, **self.faults.get("redirect", {})}
        back = {name: value for name, value in back.items() if value is not None}
        return 302, {"Location": f"{query['redirect_uri']}?{urllib.parse.urlencode(back)}"}, ""

    def token(self, form):
        if form.get("grant_type", "").endswith("device_code"):
            device = self.devices.get(form["device_code"])
            if device["subject"] is None:
                return 400, {}, json.dumps({"error": "authorization_pending"})
            nonce = None if self.faults.get("device_without_nonce") else device["nonce"]
            return 200, {}, json.dumps({"id_token": self.id_token(device["subject"], nonce), "token_type": "Bearer"})
        asked = self.codes.pop(form.get("code"), None)
        challenge = url64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {}, json.dumps({"error": "invalid_grant"})
        return 200, {}, json.dumps({"id_token": self.id_token(asked["login"], asked["nonce"]), "token_type": "Bearer"})

    def allow(self, user_code, subject):
        """Somebody typed the code of a device."""
        for code, device in self.devices.items():
            if code[:8].upper() == user_code:
                device["subject"] = subject

    def handler(self):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                self.serve({})

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                self.serve(dict(urllib.parse.parse_qsl(self.rfile.read(length).decode())))

            def serve(self, form):
                parts = urllib.parse.urlsplit(self.path)
                status, headers, body = provider.answer(
                    parts.path, dict(urllib.parse.parse_qsl(parts.query)), form)
                fault = provider.faults.get(parts.path, {})
                status, body = fault.get("status", status), fault.get("body", body)
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                for name, value in {**headers, **fault.get("headers", {})}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(fault.get("length", len(body))))
                self.end_headers()
                try:
                    if "drip" in fault:
                        for byte in body:
                            self.wfile.write(bytes([byte]))
                            time.sleep(fault["drip"])
                    else:
                        self.wfile.write(body)
                except OSError:
                    pass  # whoever asked has had enough

        return Handler
