"""A real identity provider (PyPI's Canaille, which is none of ours) as a process of its own, and a browser for it."""

import html
import http.cookiejar
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Harness"))
from securechat import free_port  # noqa: E402
from waiting import until  # noqa: E402

from provider import Key, number64  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def private_key():
    key = Key()
    numbers = key.private.private_numbers()
    parts = {"p": numbers.p, "q": numbers.q, "d": numbers.d, "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
    return {**key.published(), **{name: number64(number) for name, number in parts.items()}}


class Canaille:
    """A context manager: people with passwords, groups of them, and one client."""

    def __init__(self, folder, client="securechat"):
        self.folder, self.client, self.port = folder, client, free_port()
        self.issuer, self.redirect_port = f"http://127.0.0.1:{self.port}", free_port()
        self.people = {name: secrets.token_urlsafe(18) for name in ("ada", "grace")}
        self.groups = {"chatters": ["ada", "grace"], "keepers": ["ada"]}

    def __enter__(self):
        key = ", ".join(f"{name} = {json.dumps(value)}" for name, value in private_key().items())
        (self.folder / "canaille.toml").write_text(f"""
SECRET_KEY = "{secrets.token_hex(20)}"
SERVER_NAME = "127.0.0.1:{self.port}"
PREFERRED_URL_SCHEME = "http"
[CANAILLE]
DATABASE = "sql"
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{self.folder}/canaille.sqlite"
[CANAILLE_OIDC]
ACTIVE_JWKS = [{{ {key} }}]
""")
        self.environment = {**os.environ, "CANAILLE_CONFIG": str(self.folder / "canaille.toml")}
        wanted = {
            "people": self.people, "groups": self.groups, "client": self.client,
            "redirects": [f"http://127.0.0.1:{self.redirect_port}/callback"],
        }
        self.log = open(self.folder / "canaille.log", "wb")
        subprocess.run(
            [sys.executable, HERE / "fill.py"], env=self.environment, input=json.dumps(wanted).encode(),
            check=True, stdout=self.log, stderr=self.log, timeout=60)
        self.process = subprocess.Popen(
            [pathlib.Path(sys.executable).parent / "canaille", "run", "--bind", f"127.0.0.1:{self.port}"],
            env=self.environment, stdout=self.log, stderr=self.log, cwd=self.folder)
        until(self.answers, 30, "Canaille answers")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "canaille.log").read_text()[-2_000:])
        try:
            with urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=5) as answer:
                return json.load(answer)["issuer"] == self.issuer
        except OSError:
            return False


class Browser:
    """Follows redirects, keeps cookies, fills in forms: what a person does, without a screen."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def visit(self, address, form=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Referer": self.address} if form else {}
        with self.opener.open(urllib.request.Request(address, data, headers), timeout=30) as answer:
            self.address, self.page = answer.url, answer.read().decode()
        return self.page

    def fill_in(self, **values):
        """The page's form, with what it holds already."""
        fields = {}
        for tag in re.findall(r"<input[^>]*>", self.page):
            attributes = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
            if attributes.get("type") == "hidden" and "name" in attributes:
                fields[attributes["name"]] = attributes.get("value", "")
        return self.visit(self.address, {**fields, **values})


def log_in(address, name, password):
    """Opens the address that the command line shows, and logs in; the page that the command line answers."""
    browser = Browser()
    browser.visit(address)
    browser.fill_in(login=name)
    return browser.fill_in(password=password)
