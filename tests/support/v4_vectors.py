"""Google's own V4 vectors ([conformance-v4], googleapis/conformance-tests, storage/v1).

They are not part of this repository: CATALOG_V4_VECTORS names a folder that holds
``v4_signatures.json`` and ``v4_public_key.pem``.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

FOLDER: Final = os.environ.get("CATALOG_V4_VECTORS", "")
NUMBER: Final = 29
INCONSISTENT: Final = "Universe domain with virtual hosted style"
"""The one that contradicts its own canonical request."""

needs_vectors = pytest.mark.skipif(
    not FOLDER, reason="CATALOG_V4_VECTORS does not name a folder with Google's V4 vectors"
)


@cache
def cases() -> dict[str, dict[str, Any]]:
    """By description; none where no folder is named, so that tests can be collected."""
    if not FOLDER:
        return {}
    content = json.loads((Path(FOLDER) / "v4_signatures.json").read_text(encoding="utf-8-sig"))
    return {case["description"]: case for case in content["signingV4Tests"]}


def consistent() -> list[str]:
    return sorted(set(cases()) - {INCONSISTENT})


@cache
def public_key() -> RSAPublicKey:
    """Of the account that signed them all."""
    pem = (Path(FOLDER) / "v4_public_key.pem").read_bytes()
    return cast("RSAPublicKey", load_pem_public_key(pem))
