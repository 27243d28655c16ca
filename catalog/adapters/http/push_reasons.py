"""Why an authenticated push cannot be used: stable slugs, kept with the push."""

from enum import StrEnum


class Reason(StrEnum):
    """The value is kept and counted; `explanation` is for people and repeats no input."""

    BODY_TOO_LARGE = "body_too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    DUPLICATE_KEY = "duplicate_key"
    NUL = "nul"
    LONE_SURROGATE = "lone_surrogate"
    ENVELOPE = "envelope"
    MESSAGE_ID = "message_id"
    ATTRIBUTES = "attributes"
    EVENT_TYPE = "event_type"
    PAYLOAD_FORMAT = "payload_format"
    PAYLOAD_MISSING = "payload_missing"
    PAYLOAD_NOT_BASE64 = "payload_not_base64"
    PAYLOAD_NOT_AN_OBJECT = "payload_not_an_object"
    BUCKET = "bucket"
    OBJECT_NAME = "object_name"
    GENERATION = "generation"
    SIZE = "size"
    MD5 = "md5"
    TEXT_FIELD = "text_field"
    CONTRADICTION = "contradiction"
    FOREIGN_BUCKET = "foreign_bucket"

    @property
    def explanation(self) -> str:
        """One sentence for people."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Reason.BODY_TOO_LARGE: "The body is over the accepted size; its beginning is kept.",
    Reason.NOT_UTF8: "The body or the payload is not UTF-8.",
    Reason.NOT_JSON: "The body or the payload is not JSON.",
    Reason.DUPLICATE_KEY: "A JSON object names a member twice.",
    Reason.NUL: "A text contains NUL.",
    Reason.LONE_SURROGATE: "A text contains half of a surrogate pair.",
    Reason.ENVELOPE: "The body is not a Pub/Sub envelope with a message.",
    Reason.MESSAGE_ID: "The message id is not plain text, or its two spellings differ.",
    Reason.ATTRIBUTES: "An attribute that the event needs is missing or not text.",
    Reason.EVENT_TYPE: "The event type is no name of an event.",
    Reason.PAYLOAD_FORMAT: "The payload's format is not JSON_API_V1.",
    Reason.PAYLOAD_MISSING: "The message has no data.",
    Reason.PAYLOAD_NOT_BASE64: "The message's data is not base64.",
    Reason.PAYLOAD_NOT_AN_OBJECT: "The payload is not a JSON object.",
    Reason.BUCKET: "The payload names no bucket.",
    Reason.OBJECT_NAME: "The object's name is not 1 to 1024 bytes of text.",
    Reason.GENERATION: "The generation is not a decimal text from 1 to 2^63 - 1.",
    Reason.SIZE: "The size is not a decimal text from 0 to 2^63 - 1.",
    Reason.MD5: "The MD5 is there and is not base64 of 16 bytes.",
    Reason.TEXT_FIELD: "ETag, checksum or content type is not a short text.",
    Reason.CONTRADICTION: "The attributes contradict the payload.",
    Reason.FOREIGN_BUCKET: "The bucket is not one of ours.",
}


class UnusableError(Exception):
    """The push cannot be used, for `reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.explanation)
        self.reason = reason
