"""A store that speaks as S3 does: what fetching asks of one, with every signature (AWS4-HMAC-SHA256) verified."""

import hashlib
import hmac
import re
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from tests.fetch.local_web import Answer, Asked

PAGE = 2
"""Objects on a page of a listing: few, so that there is more than one."""


def _error(status: int, code: str) -> Answer:
    return Answer(status, f"<Error><Code>{code}</Code></Error>".encode(), {"Content-Type": "application/xml"})


class LocalS3:
    """One bucket: key → (content, moment)."""

    def __init__(self, bucket: str, key_id: str, secret: str) -> None:
        self.bucket, self.key_id, self.secret = bucket, key_id, secret
        self.objects: dict[str, tuple[bytes, datetime]] = {}

    def answer(self, asked: Asked) -> Answer:
        if not self.is_signed(asked):
            return _error(403, "SignatureDoesNotMatch")
        bucket, _, key = asked.path.lstrip("/").partition("/")
        if bucket != self.bucket:
            return _error(404, "NoSuchBucket")
        if not key:
            return self.listing(asked) if asked.method == "GET" else Answer()
        if key not in self.objects:
            return _error(404, "NoSuchKey")
        return self.content(key, asked)

    def content(self, key: str, asked: Asked) -> Answer:
        content, modified = self.objects[key]
        tag = hashlib.md5(content).hexdigest()
        headers = {
            "ETag": f'"{tag}"',
            "Last-Modified": format_datetime(modified, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", asked.headers.get("Range", asked.headers.get("range", "")))
        if not wanted:
            return Answer(200, content, headers)
        first, last = int(wanted[1]), min(int(wanted[2]), len(content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Answer(206, content[first : last + 1], headers)

    def listing(self, asked: Asked) -> Answer:
        prefix = asked.query.get("prefix", [""])[0]
        after = asked.query.get("continuation-token", [""])[0]
        found = sorted(key for key in self.objects if key.startswith(prefix) and "/" not in key[len(prefix) :])
        page = [key for key in found if key > after][: min(PAGE, int(asked.query.get("max-keys", [PAGE])[0]))]
        is_more = bool(page) and page[-1] != found[-1]
        entries = "".join(self.entry(key) for key in page)
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if is_more else ""
        body = (
            f'<?xml version="1.0"?><ListBucketResult><Name>{self.bucket}</Name><Prefix>{escape(prefix)}</Prefix>'
            f"<KeyCount>{len(page)}</KeyCount><IsTruncated>{str(is_more).lower()}</IsTruncated>{more}{entries}"
            "</ListBucketResult>"
        )
        return Answer(200, body.encode(), {"Content-Type": "application/xml"})

    def entry(self, key: str) -> str:
        content, modified = self.objects[key]
        return (
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size>"
            f"<LastModified>{modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
        )

    def is_signed(self, asked: Asked) -> bool:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        form = r"AWS4-HMAC-SHA256 Credential=([^/]+)/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)"
        match = re.fullmatch(form, headers.get("authorization", ""))
        if not match or match[1] != self.key_id:
            return False
        scope, names, given = match[2], match[3].split(";"), match[4]
        query = "&".join(
            sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, [value] in asked.query.items())
        )
        lines = [asked.method, quote(asked.path), query]
        lines += [f"{name}:{' '.join(headers[name].split())}" for name in names]
        lines += ["", match[3], headers["x-amz-content-sha256"]]
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashed])
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(given, hmac.new(key, text.encode(), "sha256").hexdigest())
