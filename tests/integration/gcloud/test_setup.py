"""setup_uploads.sh makes everything once, and changes nothing when all is there."""

import shlex

import pytest

from tests.integration.gcloud.cloud import BUCKET, PARAMETERS, PUSH, Cloud, Ended
from tests.integration.gcloud.granted import LEAST_PRIVILEGE


def test_the_first_run_makes_everything_and_prints_each_command(
    first_run: tuple[Cloud, Ended],
) -> None:
    cloud, ended = first_run
    assert (ended.code, ended.err) == (0, "")
    printed = [" ".join(shlex.split(line)) for line in ended.starting("+ gcloud ")]
    agent = "storage service-agent --project=catalog-test"
    assert [each for each in printed if each != agent] == cloud.changes()
    assert cloud.read(BUCKET)["uniform_bucket_level_access"] is True
    assert cloud.read(BUCKET)["public_access_prevention"] == "enforced"
    assert "cors_config" not in cloud.read(BUCKET)
    push = cloud.read(PUSH)
    assert push["pushConfig"]["oidcToken"] == {
        "serviceAccountEmail": "upload-pusher@catalog-test.iam.gserviceaccount.com",
        "audience": "https://catalog.example.com/_/gcs/callback",
    }
    assert push["expirationPolicy"] == {}
    assert push["deadLetterPolicy"]["maxDeliveryAttempts"] == 100


def test_nobody_may_do_more_than_is_needed(first_run: tuple[Cloud, Ended]) -> None:
    assert first_run[0].grants() == LEAST_PRIVILEGE
    roles = {
        name: first_run[0].read(f"role.{name}")["includedPermissions"]
        for name in ("catalogUploadsService", "catalogUploadsGc")
    }
    assert roles == {
        "catalogUploadsService": ["storage.objects.delete", "storage.objects.get"],
        "catalogUploadsGc": [
            *("storage.objects.delete", "storage.objects.get", "storage.objects.list")
        ],
    }


def test_the_second_run_changes_nothing_and_tells_the_settings_again(
    first_run: tuple[Cloud, Ended], cloud: Cloud
) -> None:
    ended = cloud.run()
    assert (ended.code, ended.err, cloud.changes()) == (0, "", [])
    assert ended.out.startswith("Nothing to change.\n")
    said = ended.out.partition("Settings of the service:")[2]
    assert said
    assert first_run[1].out.endswith(said)
    audience = "CATALOG_GCS__CALLBACK_AUDIENCE=https://catalog.example.com/_/gcs/callback"
    assert audience in said


def test_a_dry_run_prints_what_the_first_run_did_and_does_none_of_it(
    first_run: tuple[Cloud, Ended], fresh: Cloud
) -> None:
    ended = fresh.run("--dry-run")
    assert (ended.code, ended.err, fresh.changes()) == (0, "", [])
    assert ended.starting("would run: ") == first_run[1].starting("+ ")


def test_parameters_name_everything_that_is_made(fresh: Cloud) -> None:
    ended = fresh.run(
        *("--dry-run", "--bucket", "other-bucket", "--events-topic=told", "--gc-account=janitor"),
        CATALOG_SETUP_PUSH_SUBSCRIPTION="pushes",
        CATALOG_SETUP_AUDIENCE="catalog-1",
        CATALOG_SETUP_SOFT_DELETE_DAYS="30",
    )
    said = "\n".join(ended.starting("would run: "))
    assert "buckets create gs://other-bucket" in said
    assert "subscriptions create pushes" in said
    for flag in ("--push-auth-token-audience=catalog-1", "--soft-delete-duration=30d"):
        assert flag in said
    assert "topics create told" in said
    assert "service-accounts create janitor" in said


def test_all_bad_parameters_are_told_in_one_message(fresh: Cloud) -> None:
    ended = fresh.run(
        *("--bukket=x", "--ack-deadline", "5", "--pusher-account=upload-signer", "--location"),
        CATALOG_SETUP_BUCKET="",
        CATALOG_SETUP_SERVICE_URL="http://catalog.example.com/x",
    )
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        "setup_uploads: 6 bad parameter(s):",
        "  --bukket=x is not known",
        "  --location needs a value",
        "  --bucket (or CATALOG_SETUP_BUCKET) is missing: a bucket name",
        "  --service-url must be https://host without a path, not 'http://catalog.example.com/x'",
        "  --ack-deadline must be 10 to 600, not '5'",
        "  --pusher-account must differ from --signer-account: it proves who pushes",
        "setup_uploads --help lists them all",
    ]
    assert not (fresh.folder / "calls").exists()


def test_help_lists_every_parameter_with_flag_and_environment(fresh: Cloud) -> None:
    ended = fresh.run("--help")
    assert ended.code == 0
    for name in PARAMETERS:
        flag = "--" + name.removeprefix("CATALOG_SETUP_").lower().replace("_", "-")
        assert f"  {flag} VALUE, {name}\n" in ended.out


FAILURES = [
    ("projects describe", "ERROR: (gcloud.projects.describe) You do not have an active account"),
    ("buckets describe", "ERROR: (gcloud.storage.buckets.describe) 403: ops lacks buckets.get"),
    ("topics create", "ERROR: (gcloud.pubsub.topics.create) PERMISSION_DENIED: not you"),
    ("topics add-iam", "ERROR: (gcloud.pubsub.topics) INVALID: account does not exist"),
]


@pytest.mark.parametrize(("command", "message"), FAILURES, ids=[each[0] for each in FAILURES])
def test_a_failure_of_gcloud_ends_with_one_clear_line(
    cloud: Cloud, command: str, message: str
) -> None:
    (cloud.folder / "topic.video-events.json").unlink()
    cloud.revoke("topic.video-uploads", "roles/pubsub.publisher")
    cloud.refuse(command, message)
    ended = cloud.run()
    assert ended.code == 1
    assert ended.err.startswith("setup_uploads: gcloud ")
    assert ended.err.endswith(f" failed: {message}\n")
    assert ended.err.count("\n") == 1
