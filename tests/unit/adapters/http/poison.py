"""The poison table: what an authenticated push can hold that nobody can use, and its reason."""

import base64
from dataclasses import dataclass

from catalog.adapters.http.push_reasons import Reason
from tests.unit.adapters.http.pushes import (
    BUCKET,
    NAME,
    a_push,
    a_resource,
    attributes,
    body,
)


@dataclass(frozen=True)
class Poison:
    """A body, why it is unusable, and whether its message id can be told."""

    label: str
    content: bytes
    reason: Reason
    has_id: bool = True


def _nameless(label: str, content: bytes, reason: Reason) -> Poison:
    return Poison(label, content, reason, has_id=False)


def _resource(label: str, reason: Reason, **changes: object) -> Poison:
    """Spoil the payload alone; the attributes follow where they can."""
    resource = a_resource(**changes)
    told = {"bucketId": "bucket", "objectId": "name", "objectGeneration": "generation"}
    follow = {
        name: resource[field]
        for name, field in told.items()
        if isinstance(resource.get(field), str)
    }
    return Poison(label, body(a_push(resource, attributes(**follow))), reason)


GENERATIONS: tuple[object, ...] = (
    *(None, "0", "-1", "+1", "01", str(2**63), "abc", "1.0", "1e3", " 1", "", "9" * 30),
    *("\N{ARABIC-INDIC DIGIT ONE}", 1, 1.5, True, []),
)
SIZES: tuple[object, ...] = (None, 5, "-1", "1.5", "", str(2**63), "many", True)
MD5S: tuple[object, ...] = (
    *("", "abc", base64.b64encode(b"0" * 15).decode(), "0" * 32, 7, "é" * 24),
)


def _attributes(label: str, reason: Reason, **changes: object) -> Poison:
    return Poison(label, body(a_push(attrs=attributes(**changes))), reason)


def _message(label: str, reason: Reason, **changes: object) -> Poison:
    return Poison(label, body(a_push(**changes)), reason)


BODIES = [
    _nameless("empty", b"", Reason.NOT_JSON),
    _nameless("not json", b"{", Reason.NOT_JSON),
    _nameless("raw NUL", b"\x00", Reason.NOT_JSON),
    _nameless("raw NUL in a text", b'{"message": "\x00"}', Reason.NOT_JSON),
    _nameless("not a number", b'{"message": NaN}', Reason.NOT_JSON),
    _nameless("byte order mark", b"\xef\xbb\xbf{}", Reason.NOT_JSON),
    _nameless("not utf-8", b'{"message": "\xff"}', Reason.NOT_UTF8),
    _nameless("raw surrogate", b'{"message": "\xed\xa0\x80"}', Reason.NOT_UTF8),
    _nameless("utf-16", '{"message": {}}'.encode("utf-16"), Reason.NOT_UTF8),
    _nameless("escaped NUL", b'{"message": {"x": "\\u0000"}}', Reason.NUL),
    _nameless("escaped NUL in a name", b'{"\\u0000": 1}', Reason.NUL),
    _nameless("lone surrogate", b'{"message": {"x": ["\\udc00"]}}', Reason.LONE_SURROGATE),
    _nameless("deep", b"[" * 100_000, Reason.NOT_JSON),
    _nameless("deep and closed", b"[" * 50_000 + b"]" * 50_000, Reason.NOT_JSON),
    _nameless("huge number", b'{"message": ' + b"9" * 5000 + b"}", Reason.NOT_JSON),
    _nameless("duplicate", b'{"message": {}, "message": {}}', Reason.DUPLICATE_KEY),
    _nameless("a list", b"[]", Reason.ENVELOPE),
    _nameless("a text", b'"x"', Reason.ENVELOPE),
    _nameless("null", b"null", Reason.ENVELOPE),
    _nameless("no message", b'{"subscription": "s"}', Reason.ENVELOPE),
    _nameless("message is a list", b'{"message": []}', Reason.ENVELOPE),
    _nameless("id is a number", body(a_push(messageId=7)), Reason.MESSAGE_ID),
    _nameless("id is empty", body(a_push(messageId="", message_id="")), Reason.MESSAGE_ID),
    _nameless("id is long", body(a_push(messageId="7" * 300, message_id=None)), Reason.MESSAGE_ID),
    _nameless("ids differ", body(a_push(message_id="8")), Reason.MESSAGE_ID),
]
MESSAGES = [
    _message("no attributes", Reason.ATTRIBUTES, attributes=None),
    _message("attributes are a list", Reason.ATTRIBUTES, attributes=[]),
    _attributes("no event type", Reason.ATTRIBUTES, eventType=None),
    _attributes("event type is a number", Reason.ATTRIBUTES, eventType=1),
    _attributes("event type is odd", Reason.EVENT_TYPE, eventType="object finalize"),
    _attributes("no bucket attribute", Reason.ATTRIBUTES, bucketId=None),
    _attributes("no object attribute", Reason.ATTRIBUTES, objectId=None),
    _attributes("no generation attribute", Reason.ATTRIBUTES, objectGeneration=None),
    _attributes("generation attribute is a number", Reason.ATTRIBUTES, objectGeneration=1),
    _attributes("other bucket told", Reason.CONTRADICTION, bucketId="other"),
    _attributes("other object told", Reason.CONTRADICTION, objectId=NAME + "x"),
    _attributes("other generation told", Reason.CONTRADICTION, objectGeneration="2"),
    _attributes("no payload told", Reason.PAYLOAD_FORMAT, payloadFormat="NONE"),
    _message("no data", Reason.PAYLOAD_MISSING, data=None),
    _message("empty data", Reason.PAYLOAD_MISSING, data=""),
    _message("data is a number", Reason.PAYLOAD_NOT_BASE64, data=7),
    _message("data is not base64", Reason.PAYLOAD_NOT_BASE64, data="%%%"),
    _message("data is cut", Reason.PAYLOAD_NOT_BASE64, data="abcde"),
    _message("data is beyond ascii", Reason.PAYLOAD_NOT_BASE64, data="é"),
    Poison("payload is no json", body(a_push(b"{")), Reason.NOT_JSON),
    Poison("payload is no utf-8", body(a_push(b'{"a": "\xff"}')), Reason.NOT_UTF8),
    Poison("payload holds NUL", body(a_push(b'{"name": "a\\u0000"}')), Reason.NUL),
    Poison("payload holds half a pair", body(a_push(b'["\\ud800"]')), Reason.LONE_SURROGATE),
    Poison("payload is a list", body(a_push(b"[]")), Reason.PAYLOAD_NOT_AN_OBJECT),
    Poison("payload is deep", body(a_push(b"[" * 50_000)), Reason.NOT_JSON),
]
OBJECTS = [
    _resource("no bucket", Reason.BUCKET, bucket=None),
    _resource("foreign bucket", Reason.FOREIGN_BUCKET, bucket="other"),
    _resource("bucket in other case", Reason.FOREIGN_BUCKET, bucket=BUCKET.upper()),
    _resource("no name", Reason.OBJECT_NAME, name=None),
    _resource("empty name", Reason.OBJECT_NAME, name=""),
    _resource("3 kB name", Reason.OBJECT_NAME, name="n" * 3000),
    _resource("1,026 bytes of name", Reason.OBJECT_NAME, name="é" * 513),
    _resource("name is a number", Reason.OBJECT_NAME, name=7),
    *[_resource(f"generation {it!r}", Reason.GENERATION, generation=it) for it in GENERATIONS],
    *[_resource(f"size {it!r}", Reason.SIZE, size=it) for it in SIZES],
    *[_resource(f"md5 {it!r}", Reason.MD5, md5Hash=it) for it in MD5S],
    _resource("etag is a list", Reason.TEXT_FIELD, etag=[]),
    _resource("long content type", Reason.TEXT_FIELD, contentType="v" * 2000),
]
TABLE = BODIES + MESSAGES + OBJECTS
