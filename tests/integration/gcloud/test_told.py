"""What the script and its page tell people is true of the settings and of the script."""

import re

import yaml

from tests.integration.gcloud.cloud import REPOSITORY, Cloud, Ended
from tests.integration.gcloud.granted import LEAST_PRIVILEGE

PAGE = (REPOSITORY / "docs" / "cloud-setup.md").read_text("utf-8")


def test_every_setting_that_is_told_exists(first_run: tuple[Cloud, Ended]) -> None:
    settings = yaml.safe_load((REPOSITORY / "configs" / "config.yaml").read_text("utf-8"))
    told = re.findall(r"CATALOG_([A-Z]+)__([A-Z_]+)", first_run[1].out + PAGE)
    assert len(told) > 9
    assert [
        f"{section}.{key}"
        for section, key in told
        if key.lower() not in settings.get(section.lower(), {})
    ] == []


def test_the_page_names_every_role_and_everything_that_is_made(
    first_run: tuple[Cloud, Ended],
) -> None:
    roles = {role.rpartition("/")[2] for _, role, _ in LEAST_PRIVILEGE}
    made = {
        file.stem.split(".", 1)[1].partition("@")[0]
        for kind in ("topic", "subscription", "account", "role")
        for file in first_run[0].folder.glob(f"{kind}.*.json")
    }
    assert len(made) == 11
    assert [name for name in roles | made if name not in PAGE] == []


def test_every_flag_of_the_page_exists(fresh: Cloud) -> None:
    told = re.findall(r"`(--[a-z-]+)", PAGE) + re.findall(r"setup_uploads.sh (--[a-z-]+)", PAGE)
    known = fresh.run("--help").out
    others = {"--allow-unauthenticated"}
    assert [flag for flag in told if flag not in known and flag not in others] == []
