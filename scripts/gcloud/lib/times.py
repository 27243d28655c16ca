"""Times and figures for measure.sh: ago SECONDS, between A B, member FILE NAME..., newest FILE."""

import json
import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any


def moment(text: str) -> datetime:
    """RFC 3339 as Google's services and gcloud write it: any fraction, Z, +0000 or +00:00."""
    text = re.sub(r"Z$", "+00:00", text.strip())
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)
    text = re.sub(r"\.(\d+)", lambda found: "." + found[1][:6].ljust(6, "0"), text)
    return datetime.fromisoformat(text)


def ago(seconds: str) -> str:
    then = datetime.now(timezone.utc) - timedelta(seconds=int(seconds))
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def between(first: str, second: str) -> str:
    return f"{(moment(second) - moment(first)).total_seconds():.1f}"


def member(file: str, *names: str) -> str:
    """The first of these members that is there, of an object or of the first one of a list."""
    content: Any = json.loads(Path(file).read_text("utf-8") or "null")
    if isinstance(content, list):
        content = content[0] if content else {}
    return next((str(content[name]) for name in names if (content or {}).get(name)), "")


def newest(file: str) -> str:
    lines = []
    for series in json.loads(Path(file).read_text("utf-8")).get("timeSeries", []):
        points = series.get("points", [])
        name = series.get("resource", {}).get("labels", {}).get("subscription_id", "?")
        value = points[0].get("value", {}) if points else {}
        lines.append(f"{name} {int(float(value.get('int64Value', value.get('doubleValue', 0))))}")
    return "\n".join(lines)


COMMANDS: dict[str, Callable[..., str]] = {
    "ago": ago,
    "between": between,
    "member": member,
    "newest": newest,
}

if __name__ == "__main__":
    told = COMMANDS[sys.argv[1]](*sys.argv[2:])
    if told:
        print(told)
