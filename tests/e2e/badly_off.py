"""Services that lack something, side by side with one that does not."""

from dataclasses import dataclass

from tests.e2e.sites import Changes, Site

HURRIED: Changes = {
    "uploads": {"enabled": False},
    "server": {"call_deadline_seconds": 1.5},
}


def crippled(iam_endpoint: str) -> Changes:
    """Settings with an account that cannot sign, and no patience with locks."""
    signer = {"signer": "iam", "signer_service_account": "nobody@catalog.example"}
    return {
        "gcs": {**signer, "iam_endpoint": iam_endpoint},
        "database": {"lock_timeout_seconds": 0.1},
    }


FULL: Changes = {
    "limits": {"max_calls": 1, "user_calls_per_second": 0.001, "user_burst": 1},
}


@dataclass(frozen=True, slots=True)
class Sites:
    """Services side by side on one database, with one emulator."""

    usual: Site
    hurried: Site
    """Uploads are switched off, and a second and a half is all a call has."""
    crippled: Site
    """Its signing account does not exist, and it waits for no lock."""
    full: Site
    """It works on one call at a time, and each user has one."""
