"""What the stand-in gcloud changes: each command and its flags, as the real one knows them."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PROJECT = "projects/catalog-test"


class Commands:
    """One method a command; what they are given is parsed strictly."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self.folder = folder
        self.words = [each for each in arguments if not each.startswith("--")]
        self.flags = [each for each in arguments if each.startswith("--")]

    def options(self, *names: str, switches: tuple[str, ...] = ()) -> argparse.Namespace:
        parser = argparse.ArgumentParser(prog="gcloud", allow_abbrev=False)
        for name in ("project", *names):
            parser.add_argument(f"--{name}")
        for name in switches:
            parser.add_argument(f"--{name}", action="store_true")
        return parser.parse_args(self.flags)

    def load(self, name: str) -> Json:
        file = self.folder / f"{name}.json"
        if not file.exists():
            sys.exit(f"ERROR: (gcloud) NOT_FOUND: Resource not found (resource={name}).")
        found: Json = json.loads(file.read_text("utf-8"))
        return found

    def save(self, name: str, content: Any, *, new: bool = False) -> None:
        file = self.folder / f"{name}.json"
        if new and file.exists():
            sys.exit("ERROR: (gcloud) ALREADY_EXISTS: Resource already exists in the project.")
        file.write_text(json.dumps(content), "utf-8")

    def services_enable(self) -> None:
        self.options()
        services = json.loads((self.folder / "services.json").read_text("utf-8"))
        services += [{"config": {"name": each}, "state": "ENABLED"} for each in self.words[2:]]
        self.save("services", services)

    def identity_create(self) -> None:
        self.options("service")

    def account_create(self) -> None:
        self.options("display-name")
        email = f"{self.words[-1]}@catalog-test.iam.gserviceaccount.com"
        self.save(f"account.{email}", {"email": email, "uniqueId": "1"}, new=True)

    def account_enable(self) -> None:
        self.options()
        account = self.load(f"account.{self.words[-1]}")
        del account["disabled"]
        self.save(f"account.{self.words[-1]}", account)

    def role_create(self) -> None:
        given = self.options("title", "permissions", "stage")
        role = {"title": given.title, "includedPermissions": given.permissions.split(",")}
        self.save(f"role.{self.words[-1]}", role, new=True)

    def role_update(self) -> None:
        role = self.load(f"role.{self.words[-1]}")
        role["includedPermissions"] = self.options("permissions").permissions.split(",")
        self.save(f"role.{self.words[-1]}", role)

    def role_undelete(self) -> None:
        self.options()
        role = self.load(f"role.{self.words[-1]}")
        del role["deleted"]
        self.save(f"role.{self.words[-1]}", role)

    def bucket(self) -> None:
        """Create or update."""
        given = self.options(
            *("location", "lifecycle-file", "soft-delete-duration"),
            switches=(
                *("uniform-bucket-level-access", "public-access-prevention"),
                *("clear-cors", "clear-soft-delete"),
            ),
        )
        name = f"bucket.{self.words[-1].removeprefix('gs://')}"
        create = self.words[2] == "create"
        bucket: Json = {"location": given.location.upper()} if create else self.load(name)
        bucket["public_access_prevention"] = bucket.get("public_access_prevention", "inherited")
        if given.uniform_bucket_level_access:
            bucket["uniform_bucket_level_access"] = True
        if given.public_access_prevention:
            bucket["public_access_prevention"] = "enforced"
        if given.lifecycle_file:
            bucket["lifecycle_config"] = json.loads(Path(given.lifecycle_file).read_text("utf-8"))
        if given.clear_cors:
            del bucket["cors_config"]
        if given.soft_delete_duration or given.clear_soft_delete:
            seconds = int((given.soft_delete_duration or "0d")[:-1]) * 86400
            bucket["soft_delete_policy"] = {"retentionDurationSeconds": str(seconds)}
        self.save(name, bucket, new=create)
        if create:
            self.save("notifications", [])

    def notification_create(self) -> None:
        given = self.options(
            *("topic", "event-types", "object-prefix", "payload-format"),
            switches=("skip-topic-setup",),
        )
        listed = json.loads((self.folder / "notifications.json").read_text("utf-8"))
        self.load(f"topic.{given.topic.rpartition('/')[2]}")
        config = {
            "id": str(len(listed) + 100),
            "topic": f"//pubsub.googleapis.com/{given.topic}",
            "event_types": given.event_types.split(","),
            "object_name_prefix": given.object_prefix,
            "payload_format": {"json": "JSON_API_V1"}[given.payload_format],
        }
        entry = {"Bucket URL": self.words[-1], "Notification Configuration": config}
        self.save("notifications", [*listed, entry])

    def notification_delete(self) -> None:
        self.options()
        listed = json.loads((self.folder / "notifications.json").read_text("utf-8"))
        gone = self.words[-1].rpartition("/")[2]
        left = [each for each in listed if each["Notification Configuration"]["id"] != gone]
        self.save("notifications", left)

    def topic_create(self) -> None:
        self.options()
        name = self.words[-1]
        self.save(f"topic.{name}", {"name": f"{PROJECT}/topics/{name}"}, new=True)

    def subscription(self) -> None:
        """Create or update."""
        given = self.options(
            *("topic", "push-endpoint", "push-auth-service-account", "push-auth-token-audience"),
            *("ack-deadline", "expiration-period", "message-retention-duration"),
            *("dead-letter-topic", "max-delivery-attempts", "min-retry-delay", "max-retry-delay"),
            switches=("clear-push-no-wrapper-config",),
        )
        name, create = self.words[-1], self.words[2] == "create"
        # Without a word on it a new subscription expires after 31 idle days and keeps 7.
        kept: Json = {
            "name": f"{PROJECT}/subscriptions/{name}",
            "topic": f"{PROJECT}/topics/{given.topic}",
            "expirationPolicy": {"ttl": "2678400s"},
            "messageRetentionDuration": "604800s",
            "pushConfig": {},
            "state": "ACTIVE",
        }
        kept = kept if create else self.load(f"subscription.{name}")
        if given.clear_push_no_wrapper_config:
            kept["pushConfig"].pop("noWrapper", None)
        _set_delivery(kept, given)
        self.save(f"subscription.{name}", kept, new=create)

    def bind(self) -> None:
        """Any resource's add-iam-policy-binding."""
        given = self.options("member", "role")
        kind = {"buckets": "bucket", "topics": "topic", "subscriptions": "subscription"}
        name = f"{kind.get(self.words[1], 'account')}.{self.words[-1].removeprefix('gs://')}"
        self.load(name)
        email = given.member.removeprefix("serviceAccount:")
        if email.endswith("catalog-test.iam.gserviceaccount.com"):
            self.load(f"account.{email}")
        file = self.folder / f"policy.{name}.json"
        policy = json.loads(file.read_text("utf-8")) if file.exists() else {"bindings": []}
        policy["bindings"].append({"role": given.role, "members": [given.member]})
        self.save(f"policy.{name}", policy)


def _set_delivery(kept: Json, given: argparse.Namespace) -> None:
    if given.push_endpoint:
        token = {
            "serviceAccountEmail": given.push_auth_service_account,
            "audience": given.push_auth_token_audience,
        }
        kept["pushConfig"] = {"pushEndpoint": given.push_endpoint, "oidcToken": token}
    if given.ack_deadline:
        kept["ackDeadlineSeconds"] = int(given.ack_deadline)
    if given.expiration_period:
        never = given.expiration_period == "never"
        kept["expirationPolicy"] = {} if never else {"ttl": given.expiration_period}
    if given.message_retention_duration:
        kept["messageRetentionDuration"] = given.message_retention_duration
    if given.dead_letter_topic:
        kept["deadLetterPolicy"] = {
            "deadLetterTopic": given.dead_letter_topic,
            "maxDeliveryAttempts": int(given.max_delivery_attempts),
        }
    if given.min_retry_delay:
        backoff = {"minimumBackoff": given.min_retry_delay, "maximumBackoff": given.max_retry_delay}
        kept["retryPolicy"] = backoff


COMMANDS: dict[str, Callable[[Commands], None]] = {
    "services enable": Commands.services_enable,
    "beta services identity create": Commands.identity_create,
    "iam service-accounts create": Commands.account_create,
    "iam service-accounts enable": Commands.account_enable,
    "iam roles create": Commands.role_create,
    "iam roles update": Commands.role_update,
    "iam roles undelete": Commands.role_undelete,
    "storage buckets create": Commands.bucket,
    "storage buckets update": Commands.bucket,
    "storage buckets notifications create": Commands.notification_create,
    "storage buckets notifications delete": Commands.notification_delete,
    "pubsub topics create": Commands.topic_create,
    "pubsub subscriptions create": Commands.subscription,
    "pubsub subscriptions update": Commands.subscription,
    "storage buckets add-iam-policy-binding": Commands.bind,
    "iam service-accounts add-iam-policy-binding": Commands.bind,
    "pubsub topics add-iam-policy-binding": Commands.bind,
    "pubsub subscriptions add-iam-policy-binding": Commands.bind,
}


def main(folder: str, *arguments: str) -> None:
    commands = Commands(Path(folder), list(arguments))
    said = " ".join(commands.words)
    for words, command in COMMANDS.items():
        if said == words or said.startswith(words + " "):
            command(commands)
            return
    sys.exit(f"ERROR: (gcloud) Invalid choice: '{said}'.")


if __name__ == "__main__":
    main(*sys.argv[1:])
