"""The probes' record, a line for each answer: what was answered, without anything that could be used.

Taken from an answer are its status, headers of a fixed list, the text of an XML error, and of an
object's metadata the members of a fixed list; and whether `X-GUploader-UploadID` is the session's
id, which is all that is said of either.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

HEADERS = {
    *("content-type", "content-length", "range", "etag", "x-goog-generation", "x-goog-hash"),
    *("x-goog-metageneration", "x-goog-stored-content-length", "retry-after", "server"),
    *("x-goog-stored-content-encoding", "x-http-status-code-override", "cache-control"),
}
MEMBERS = ("contentType", "size", "md5Hash", "crc32c", "componentCount", "metadata", "generation")
MOST_CHARACTERS = 1000


def headers_of(raw: str) -> dict[str, str]:
    pairs = [line.split(":", 1) for line in raw.splitlines() if ":" in line]
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.strip().lower()
        found[key] = f"{found[key]}, {value.strip()}" if key in found else value.strip()
    return found


def harmless(text: str) -> str:
    """Cut out what was signed, addresses of sessions, tokens and accounts."""
    text = re.sub(r"(?s)<(StringToSign|CanonicalRequest)>.*?</\1>", r"<\1>...</\1>", text)
    text = re.sub(r"(?i)https?://[^\s<\"']+", "(address)", text)
    text = re.sub(
        r"(?i)(upload_?id|x-goog-signature|x-goog-credential)=[^\s&<\"']*", r"\1=...", text
    )
    text = re.sub(r"ya29\.[\w.-]+|[\w.+-]+@[\w.-]+|\b[0-9a-fA-F]{128,}\b", "...", text)
    return text[:MOST_CHARACTERS]


def upload_id_matches(headers: dict[str, str], session: str) -> bool | None:
    """Is the header the session's id? None where one of them is missing."""
    address = f"{headers.get('location', '')} {session}"
    told = re.search(r"[?&]upload_id=([^&\s\"]+)", address)
    found = headers.get("x-guploader-uploadid")
    return None if told is None or found is None else told[1] == found


def body_of(raw: str, content_type: str) -> Any:
    if "json" not in content_type:
        return harmless(raw)
    try:
        content: Any = json.loads(raw)
    except ValueError:
        return harmless(raw)
    if "error" in content:
        return harmless(str(content["error"].get("message", "")))
    return {name: content[name] for name in MEMBERS if name in content}


def read(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.exists() else ""


def line(asked: Path) -> dict[str, Any]:
    probe, step, status, seconds = read(asked).splitlines()
    headers = headers_of(read(asked.with_suffix(".headers")))
    body = read(asked.with_suffix(".body"))
    return {
        "probe": probe,
        "step": step,
        "status": int(status),
        "seconds": float(seconds),
        "headers": {name: harmless(headers[name]) for name in sorted(HEADERS & headers.keys())},
        "location": "location" in headers,
        "uploader_id_is_upload_id": upload_id_matches(headers, read(asked.with_suffix(".session"))),
        "body": body_of(body, headers.get("content-type", "")),
    }


if __name__ == "__main__":
    for answer in sorted(Path(sys.argv[1]).glob("*.asked")):
        print(json.dumps(line(answer)))
