"""Flattens what gcloud said into lines that bash can read: kind, key, value, by tabs.

fact          a member of an answer: bucket.uniform_bucket_level_access, true
granted       resource, "role member": one for each; under a condition it says so and counts as other
notification  id, "topic|prefix|types|format" of one of the bucket's notifications
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Line = tuple[str, str, str]
OWN_PREFIXES = {"videos/catalog-check/", "catalog-probe/"}


def facts(key: str, value: Any) -> Iterator[Line]:
    """Every leaf under its path; empty members too, as being there may be what counts."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from facts(f"{key}.{name}", member)
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield "fact", key, ",".join(sorted(value))
    elif isinstance(value, (dict, list)):
        yield "fact", key, json.dumps(value)
    elif isinstance(value, bool):
        yield "fact", key, "true" if value else "false"
    elif value is not None:
        yield "fact", key, " ".join(str(value).split())


def grants(resource: str, policy: dict[str, Any]) -> Iterator[Line]:
    for binding in policy.get("bindings", []):
        under = " (conditional)" if binding.get("condition") else ""
        for member in binding.get("members", []):
            yield "granted", resource, f"{binding['role']} {member}{under}"


def notifications(listed: list[dict[str, Any]]) -> Iterator[Line]:
    for each in listed:
        config = each.get("Notification Configuration", each)
        topic = config.get("topic", "").removeprefix("//pubsub.googleapis.com/")
        types = ",".join(sorted(config.get("event_types", [])))
        prefix, form = config.get("object_name_prefix", ""), config.get("payload_format", "")
        yield "notification", str(config["id"]), f"{topic}|{prefix}|{types}|{form}"


def lifecycle(config: dict[str, Any], wanted: dict[str, Any]) -> Iterator[Line]:
    rules = config.get("rule", [])
    missing = [rule for rule in wanted["rule"] if not any(_same(rule, each) for each in rules)]
    yield "fact", "lifecycle.rules", str(len(rules))
    yield "fact", "lifecycle.complete", "false" if missing else "true"
    for rule in rules:
        if rule.get("action", {}).get("type") == "Delete" and not _spares(rule["condition"]):
            yield "fact", "lifecycle.deletes", json.dumps(rule["condition"], sort_keys=True)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    def plain(rule: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        condition = rule.get("condition", {}).items()
        return rule.get("action", {}).get("type", ""), {
            k: v for k, v in condition if v not in ([], None)
        }

    return plain(one) == plain(other)


def _spares(condition: dict[str, Any]) -> bool:
    """Does it leave live objects under videos/ alone?"""
    prefixes = condition.get("matchesPrefix") or [""]
    ours = all(each in OWN_PREFIXES or _elsewhere(each) for each in prefixes)
    return ours or condition.get("isLive") is False or bool(condition.get("numNewerVersions"))


def _elsewhere(prefix: str) -> bool:
    return not (prefix.startswith("videos/") or "videos/".startswith(prefix))


def lines(folder: Path, wanted: dict[str, Any]) -> Iterator[Line]:
    for file in sorted(folder.glob("*.json")):
        name, content = file.stem, json.loads(file.read_text("utf-8") or "null")
        if name.startswith("policy."):
            yield from grants(name.removeprefix("policy."), content or {})
        elif name == "notifications":
            yield from notifications(content or [])
        elif name != "services":
            yield "fact", name, "there"
            yield from facts(name, content)
        if name == "bucket":
            yield from lifecycle(content.get("lifecycle_config") or {}, wanted)


def enabled(services: list[dict[str, Any]]) -> Iterator[str]:
    for each in services:
        yield each.get("config", {}).get("name") or each["name"].rpartition("/")[2]


def main(first: str, second: str) -> None:
    if first == "--apis":
        print(*enabled(json.loads(Path(second).read_text("utf-8"))), sep="\n")
        return
    wanted = json.loads(Path(second).read_text("utf-8"))
    for line in lines(Path(first), wanted):
        print(*line, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
