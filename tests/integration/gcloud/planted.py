"""Misconfigurations: how each is planted, and what --check says of it."""

from tests.integration.gcloud.cloud import BUCKET, PUSH, Cloud, Plant, account
from tests.integration.gcloud.granted import CUSTOM


def _set(name: str, key: str, value: object) -> Plant:
    def plant(cloud: Cloud) -> None:
        with cloud.changed(name) as content:
            content[key] = value

    return plant


def _drop(name: str, key: str) -> Plant:
    def plant(cloud: Cloud) -> None:
        with cloud.changed(name) as content:
            del content[key]

    return plant


def _notify(key: str, value: object) -> Plant:
    def plant(cloud: Cloud) -> None:
        with cloud.changed("notifications") as listed:
            listed[0]["Notification Configuration"][key] = value

    return plant


def _push(key: str, value: object) -> Plant:
    def plant(cloud: Cloud) -> None:
        with cloud.changed(PUSH) as content:
            content["pushConfig"][key] = value

    return plant


def _token(key: str, value: str) -> Plant:
    def plant(cloud: Cloud) -> None:
        with cloud.changed(PUSH) as content:
            content["pushConfig"]["oidcToken"][key] = value

    return plant


def _revoke(resource: str, role: str) -> Plant:
    return lambda cloud: cloud.revoke(resource, role)


def _grant(resource: str, role: str, member: str) -> Plant:
    return lambda cloud: cloud.grant(resource, role, member)


def _remove(name: str) -> Plant:
    return lambda cloud: (cloud.folder / f"{name}.json").unlink()


def _deleting(cloud: Cloud) -> None:
    with cloud.changed(BUCKET) as bucket:
        rule = {"action": {"type": "Delete"}, "condition": {"age": 30}}
        bucket["lifecycle_config"]["rule"].append(rule)


def _without_logging(services: list[dict[str, dict[str, str]]]) -> list[object]:
    return [each for each in services if each["config"]["name"] != "logging.googleapis.com"]


_SIGNER = f"account.{account('upload-signer').partition(':')[2]}"
_PUSHER = f"account.{account('upload-pusher').partition(':')[2]}"
_ENDPOINT = "https://catalog.example.com/_/gcs/callback"

# What the script mends by itself: (what is planted, what is said of it).
MENDED: dict[str, tuple[Plant, str]] = {
    "api": (
        lambda cloud: cloud.write("services", _without_logging(cloud.read("services"))),
        "APIs are off: logging.googleapis.com",
    ),
    "cors": (_set(BUCKET, "cors_config", [{"origin": ["*"]}]), "bucket: CORS is set"),
    "acls": (_set(BUCKET, "uniform_bucket_level_access", False), "bucket: uniform access is off"),
    "public": (
        _set(BUCKET, "public_access_prevention", "inherited"),
        "bucket: public access is not prevented (is inherited)",
    ),
    "no lifecycle": (_drop(BUCKET, "lifecycle_config"), "bucket: lifecycle rules are missing"),
    "soft delete": (
        _set(BUCKET, "soft_delete_policy", {"retentionDurationSeconds": "0"}),
        "bucket: soft delete keeps 0 s, not 7 days",
    ),
    "no notification": (
        lambda cloud: cloud.write("notifications", []),
        "notification: none of OBJECT_FINALIZE with prefix videos/ to video-uploads",
    ),
    "event type": (
        _notify("event_types", ["OBJECT_DELETE"]),
        "notification 100: event types are OBJECT_DELETE, not OBJECT_FINALIZE",
    ),
    "prefix": (
        _notify("object_name_prefix", "raw/"),
        "notification 100: prefix is 'raw/', not 'videos/'",
    ),
    "payload": (
        _notify("payload_format", "NONE"),
        "notification 100: payload format is NONE, not JSON_API_V1",
    ),
    "no token": (_push("oidcToken", {}), "push: sends no OIDC token"),
    "audience": (
        _token("audience", "https://elsewhere"),
        f"push: the token's audience is https://elsewhere, not {_ENDPOINT}",
    ),
    "account": (
        _token("serviceAccountEmail", "x@y"),
        "push: the token names x@y, not upload-pusher@",
    ),
    "endpoint": (
        _push("pushEndpoint", "https://catalog.example.com/callback"),
        f"push: the endpoint is https://catalog.example.com/callback, not {_ENDPOINT}",
    ),
    "wrapper": (_push("noWrapper", {"writeMetadata": True}), "push: sends messages without"),
    "expiring": (
        _set(PUSH, "expirationPolicy", {"ttl": "2678400s"}),
        "push: the subscription expires when idle",
    ),
    "letters expiring": (
        _set("subscription.video-uploads-dead-kept", "expirationPolicy", {"ttl": "86400s"}),
        "dead letters: the subscription expires when idle",
    ),
    "ack deadline": (_set(PUSH, "ackDeadlineSeconds", 600), "push: the ack deadline is not 10 s"),
    "retention": (_set(PUSH, "messageRetentionDuration", "600s"), "push: messages are not kept"),
    "no dead letters": (_drop(PUSH, "deadLetterPolicy"), "push: dead letters go to no topic"),
    "no backoff": (_drop(PUSH, "retryPolicy"), "push: no backoff of 10 s to 600 s"),
    "letters lost": (
        _remove("subscription.video-uploads-dead-kept"),
        "dead letters: no subscription video-uploads-dead-kept",
    ),
    "no events topic": (_remove("topic.video-events"), "topic video-events is missing"),
    "disabled": (_set(_SIGNER, "disabled", True), "signer: service account upload-signer is"),
    "custom role": (
        _set("role.catalogUploadsGc", "includedPermissions", ["storage.objects.update"]),
        "role catalogUploadsGc has other permissions than storage.objects.delete,",
    ),
    "signer": (
        _revoke("bucket.catalog-bucket", "roles/storage.objectCreator"),
        "missing role: upload-signer@",
    ),
    "signing": (
        _revoke(_SIGNER, "roles/iam.serviceAccountTokenCreator"),
        "missing role: catalog-service@",
    ),
    "pusher": (
        _revoke(_PUSHER, "roles/iam.serviceAccountOpenIdTokenCreator"),
        "missing role: service-4711@gcp-sa-pubsub",
    ),
    "gcs publish": (
        _revoke("topic.video-uploads", "roles/pubsub.publisher"),
        "missing role: service-4711@gs-project-accounts",
    ),
    "letters publish": (
        _revoke("topic.video-uploads-dead", "roles/pubsub.publisher"),
        "missing role: service-4711@gcp-sa-pubsub",
    ),
    "gc": (
        _revoke("bucket.catalog-bucket", f"{CUSTOM}/catalogUploadsGc"),
        "missing role: catalog-gc@",
    ),
}

# Those that do not touch the same thing.
TOGETHER = [
    names.split("|")
    for names in (
        "api|cors|acls|public|event type|no token|expiring|no dead letters|signer|letters lost",
        "no lifecycle|soft delete|prefix|audience|letters expiring|ack deadline|custom role",
        "no notification|endpoint|retention|disabled|pusher|gcs publish|letters publish|gc",
        "payload|account|wrapper|no backoff|signing|no events topic",
    )
]

# What a person has to decide on: (what is planted, what is said, part of the advice).
BY_HAND: dict[str, tuple[Plant, str, str]] = {
    "too broad": (
        _grant("bucket.catalog-bucket", "roles/storage.admin", account("upload-signer")),
        "too broad: upload-signer@",
        "gcloud storage buckets remove-iam-policy-binding gs://catalog-bucket",
    ),
    "everybody": (
        _grant("bucket.catalog-bucket", "roles/storage.objectViewer", "allUsers"),
        "too broad: allUsers has roles/storage.objectViewer on bucket",
        "--member=allUsers",
    ),
    "project role": (
        _grant("project", "roles/editor", account("catalog-service")),
        "too broad: catalog-service@",
        "gcloud projects remove-iam-policy-binding catalog-test",
    ),
    "deletes uploads": (
        _deleting,
        'bucket: a lifecycle rule deletes uploads under videos/: {"age": 30}',
        "remove that rule",
    ),
    "elsewhere": (
        _set(BUCKET, "location", "US"),
        "bucket: is in US, not in europe-west1",
        "pass --location=US",
    ),
    "other topic": (
        _set(PUSH, "topic", "_deleted-topic_"),
        "subscription video-uploads-push: its topic is _deleted-topic_",
        "delete video-uploads-push and run this again",
    ),
    "filter": (_set(PUSH, "filter", "a"), "push: a filter drops messages: a", "run this again"),
    "requester pays": (
        _set(BUCKET, "requester_pays", True),
        "bucket: requester pays is on",
        "--no-requester-pays",
    ),
    "retention policy": (
        _set(BUCKET, "retention_policy", {"retentionPeriod": "86400"}),
        "bucket: a retention policy forbids deleting refused uploads",
        "--clear-retention-period",
    ),
}
