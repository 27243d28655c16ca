"""setup_uploads.sh --check finds what is wrong, names it, and says how to mend it."""

from collections.abc import Sequence

import pytest

from tests.integration.gcloud.cloud import Cloud
from tests.integration.gcloud.planted import BY_HAND, MENDED, TOGETHER

WRONG, MEND = "WRONG  ", "       mend: "
GOOD = "OK     everything is set up as wanted\n"
MENDS = "those with a mend are mended by the same command without --check\n"


def test_a_good_set_up_passes_and_nothing_is_changed(cloud: Cloud) -> None:
    ended = cloud.run("--check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == GOOD
    assert cloud.changes() == []


@pytest.mark.parametrize("names", TOGETHER, ids=["first", "second", "third", "fourth"])
def test_planted_faults_are_named_with_the_commands_that_mend_them(
    cloud: Cloud, names: Sequence[str]
) -> None:
    for name in names:
        MENDED[name][0](cloud)
    ended = cloud.run("--check")
    assert (ended.code, cloud.changes()) == (1, [])
    found = ended.starting(WRONG)
    unnamed = [each for each in names if not any(MENDED[each][1] in line for line in found)]
    assert unnamed == [], ended.out
    mends = [f"+ {line}" for line in ended.starting(MEND)]
    assert len(mends) == len(found)
    done = cloud.run()
    assert (done.code, done.err) == (0, "")
    assert [line for line in done.out.splitlines() if line.startswith("+ ")] == mends
    assert cloud.run("--check").out == GOOD


def test_every_fault_is_planted_once() -> None:
    assert sorted(name for names in TOGETHER for name in names) == sorted(MENDED)


def test_what_a_person_has_to_decide_on_is_named_and_never_done(cloud: Cloud) -> None:
    for plant, _, _ in BY_HAND.values():
        plant(cloud)
    ended = cloud.run("--check")
    found = dict(zip(ended.starting(WRONG), ended.starting("       by hand: "), strict=True))
    assert len(found) == len(BY_HAND), ended.out
    for words, advice in [each[1:] for each in BY_HAND.values()]:
        assert [advice in told for line, told in found.items() if line.startswith(words)] == [True]
    assert (ended.code, ended.err) == (1, f"setup_uploads: {len(BY_HAND)} thing(s) wrong; {MENDS}")
    done = cloud.run()
    left = f"setup_uploads: {len(BY_HAND)} thing(s) are left to you\n"
    assert (done.code, done.err, cloud.changes()) == (1, left, [])


def test_rights_of_others_are_their_own_business(cloud: Cloud) -> None:
    cloud.grant("bucket.catalog-bucket", "roles/storage.objectViewer", "group:ops@example.com")
    cloud.grant("project", "roles/cloudsql.client", "serviceAccount:catalog-service@catalog-test")
    assert cloud.run("--check").code == 0


def test_lifecycle_rules_of_others_are_not_written_over(cloud: Cloud) -> None:
    rule = {"action": {"type": "SetStorageClass"}, "condition": {"age": 90}}
    with cloud.changed("bucket.catalog-bucket") as bucket:
        bucket["lifecycle_config"]["rule"].append(rule)
    assert cloud.run("--check").code == 0
    with cloud.changed("bucket.catalog-bucket") as bucket:
        bucket["lifecycle_config"]["rule"] = [rule]
    ended = cloud.run()
    assert ended.starting(WRONG) == ["bucket: lifecycle rules are missing"]
    assert cloud.changes() == []
