"""Fills a Canaille with people, groups and a client, in its own process: its configuration is in CANAILLE_CONFIG, and
what to make comes as JSON on standard input."""

import json
import sys

from canaille import create_app
from canaille.app import models
from canaille.app.installation import install
from canaille.backends import Backend

wanted = json.load(sys.stdin)
app = create_app()
with app.app_context():
    install(app)
with app.app_context(), Backend.instance.session():
    people = {}
    for name, password in wanted["people"].items():
        person = models.User(
            user_name=name, formatted_name=name.title(), family_name=name.title(), display_name=name,
            emails=[f"{name}@example.org"])
        Backend.instance.save(person)
        Backend.instance.set_user_password(person, password)
        people[name] = person
    for name, members in wanted["groups"].items():
        Backend.instance.save(models.Group(display_name=name, members=[people[member] for member in members]))
    client = models.Client(
        client_id=wanted["client"], client_name="SecureChat", client_uri="http://127.0.0.1",
        redirect_uris=wanted["redirects"], response_types=["code"], grant_types=["authorization_code"],
        scope=["openid", "profile", "groups"], token_endpoint_auth_method="none")
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)
