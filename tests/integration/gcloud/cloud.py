"""A project on a stand-in of Google Cloud, and the scripts run against it as people run them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
SCRIPTS = REPOSITORY / "scripts" / "gcloud"
STAND_IN = Path(__file__).parent / "stand_in"
PUSH = "subscription.video-uploads-push"
BUCKET = "bucket.catalog-bucket"
PARAMETERS = {
    "CATALOG_SETUP_PROJECT": "catalog-test",
    "CATALOG_SETUP_BUCKET": "catalog-bucket",
    "CATALOG_SETUP_LOCATION": "europe-west1",
    "CATALOG_SETUP_SERVICE_URL": "https://catalog.example.com",
    "CATALOG_SETUP_MEASURE": "none",
}


def account(name: str) -> str:
    return f"serviceAccount:{name}@catalog-test.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended."""

    code: int
    out: str
    err: str

    def starting(self, words: str) -> list[str]:
        """What its lines of this kind say after these words."""
        lines = self.out.splitlines()
        return [line.removeprefix(words) for line in lines if line.startswith(words)]


class Cloud:
    """The project's state in a folder; nothing is there but the project itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.write("project", {"projectId": "catalog-test", "projectNumber": "4711"})
        self.write("services", [])

    @property
    def path(self) -> str:
        """The PATH of the scripts: the stand-in's gcloud comes first."""
        return f"{STAND_IN}:{Path(sys.executable).parent}:{os.environ['PATH']}"

    @classmethod
    def copy(cls, other: "Cloud", folder: Path) -> "Cloud":
        """The same state, with no call made yet."""
        made = cls(folder)
        shutil.copytree(other.folder, folder, dirs_exist_ok=True)
        for log in ("calls", "changes"):
            (folder / log).unlink(missing_ok=True)
        return made

    def write(self, name: str, content: Any) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(content), "utf-8")

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text("utf-8"))

    @contextmanager
    def changed(self, name: str) -> Iterator[Any]:
        content = self.read(name)
        yield content
        self.write(name, content)

    def grant(self, resource: str, role: str, member: str) -> None:
        file = self.folder / f"policy.{resource}.json"
        policy = json.loads(file.read_text("utf-8")) if file.exists() else {"bindings": []}
        policy["bindings"].append({"role": role, "members": [member]})
        file.write_text(json.dumps(policy), "utf-8")

    def revoke(self, resource: str, role: str) -> None:
        with self.changed(f"policy.{resource}") as policy:
            policy["bindings"] = [each for each in policy["bindings"] if each["role"] != role]

    def grants(self) -> set[tuple[str, str, str]]:
        """All that is granted: resource, role, member."""
        return {
            (file.stem.removeprefix("policy."), binding["role"], member)
            for file in self.folder.glob("policy.*.json")
            for binding in json.loads(file.read_text("utf-8")).get("bindings", [])
            for member in binding["members"]
        }

    def refuse(self, pattern: str, message: str) -> None:
        (self.folder / "refuse").write_text(f"{pattern}|{message}\n", "utf-8")

    def changes(self) -> list[str]:
        """The changing calls so far."""
        log = self.folder / "changes"
        return log.read_text("utf-8").splitlines() if log.exists() else []

    def run(self, *arguments: str, script: str = "setup_uploads.sh", **variables: str) -> Ended:
        """Run a script; variables are those of the environment."""
        ended = subprocess.run(
            [SCRIPTS / script, *arguments],
            env={
                "PATH": self.path,
                "HOME": str(self.folder),
                "TMPDIR": str(self.folder),
                "STAND_IN": str(self.folder),
                "CATALOG_SETUP_RETRY_SECONDS": "0",
                "CATALOG_SETUP_POLL_SECONDS": "0.05",
                **PARAMETERS,
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert list(self.folder.glob("tmp.*")) == []
        return Ended(ended.returncode, ended.stdout, ended.stderr)


Plant = Callable[[Cloud], None]
