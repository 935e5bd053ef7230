"""A FHIR server that exports in bulk: real sockets, tokens for verified assertions only, and whatever may go wrong."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.fetch.local_web import Answer, Asked

CLIENT, KEY_ID, TOKEN = "outreach-county", "key-2026", "Quokkaby-token"
AT = "2026-11-16T06:00:00.000Z"


def key_pair(algorithm: str) -> tuple[str, str]:
    """A private key as PEM, and its public half."""
    private = ec.generate_private_key(ec.SECP384R1()) if algorithm == "ES384" else rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.PKCS8
    pem = private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode(), public.decode()


@dataclass
class LocalFhir:
    """One server: its client's public key, what it exports, and how it behaves."""

    public_key: str
    algorithm: str = "RS384"
    url: str = ""
    files: dict[str, list[dict]] = field(default_factory=dict)
    errors: list[dict] = field(default_factory=list)
    polls: list[Answer] = field(default_factory=lambda: [Answer(202, headers={"Retry-After": "120"})])
    kick_offs: list[Answer] = field(default_factory=list)
    faults: dict[str, list[Answer]] = field(default_factory=dict)
    needs_token: bool = True
    counted: dict[str, int] = field(default_factory=dict)
    manifest: dict = field(default_factory=dict)
    token_seconds: int = 300
    assertions: list[dict] = field(default_factory=list)
    exports: list[dict[str, list[str]]] = field(default_factory=list)
    deleted_exports: int = 0
    tokens_shown_to_files: list[str | None] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/fhir/.well-known/smart-configuration":
            return self.json({"token_endpoint": f"{self.url}/token"})
        if asked.path == "/token":
            return self.token(asked)
        shown = asked.headers.get("Authorization")
        if asked.path.startswith("/files/"):
            self.tokens_shown_to_files.append(shown)
        if shown != f"Bearer {TOKEN}" and (self.needs_token or not asked.path.startswith("/files/")):
            return Answer(401)
        if asked.path.endswith("$export"):
            return self.kick_off(asked)
        if asked.path == "/status/1":
            return self.status(asked)
        return self.file(asked.path.removeprefix("/files/"))

    def json(self, content: object, status: int = 200) -> Answer:
        return Answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def token(self, asked: Asked) -> Answer:
        form = {name: value for name, [value] in parse_qs(asked.body.decode()).items()}
        header = jwt.get_unverified_header(form["client_assertion"])
        try:
            claims = jwt.decode(
                form["client_assertion"],
                self.public_key,
                algorithms=[self.algorithm],
                audience=f"{self.url}/token",
                issuer=CLIENT,
                subject=CLIENT,
                options={"require": ["exp", "jti", "iss", "sub", "aud"], "verify_exp": False},  # the test's clock
            )
        except jwt.PyJWTError:
            return self.json({"error": "invalid_client"}, 401)
        is_asked_right = (
            form["grant_type"] == "client_credentials"
            and form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            and form["scope"] == "system/*.read"
            and header["kid"] == KEY_ID
            and claims["jti"] not in [one["jti"] for one in self.assertions]
        )
        if not is_asked_right:
            return self.json({"error": "invalid_request"}, 400)
        self.assertions.append(claims)
        return self.json({"access_token": TOKEN, "token_type": "bearer", "expires_in": self.token_seconds})

    def kick_off(self, asked: Asked) -> Answer:
        if self.kick_offs:
            return self.kick_offs.pop(0)
        assert asked.headers["Prefer"] == "respond-async"
        assert asked.headers["Accept"] == "application/fhir+json"
        self.exports.append({"path": [asked.path]} | asked.query)
        return Answer(202, headers={"Content-Location": f"{self.url}/status/1"})

    def status(self, asked: Asked) -> Answer:
        if asked.method == "DELETE":
            self.deleted_exports += 1
            return Answer(202)
        if self.polls:
            return self.polls.pop(0)
        output = [
            {"type": name.split(".")[0], "url": f"{self.url}/files/{name}"}
            | ({"count": self.counted[name]} if name in self.counted else {})
            for name in self.files
        ]
        error = [{"type": "OperationOutcome", "url": f"{self.url}/files/errors"}] if self.errors else []
        told = {"transactionTime": AT, "request": "", "requiresAccessToken": self.needs_token, "output": output}
        return self.json(told | {"error": error} | self.manifest)

    def file(self, name: str) -> Answer:
        if self.faults.get(name):
            return self.faults[name].pop(0)
        resources = self.errors if name == "errors" else self.files.get(name)
        if resources is None:
            return Answer(404)
        return Answer(body="".join(json.dumps(one) + "\n" for one in resources).encode())
