"""What the guides say by hand is what the code and the contract say."""

import re

import pytest
from google.protobuf.descriptor import Descriptor

from catalog.adapters.grpc.errors import STATUS_CODES
from catalog.api.video.v1 import errors_pb2, upload_pb2
from catalog.domain.upload import TRANSITIONS, FailureCode, Phase, Transition
from tests.architecture.source import REPOSITORY

UPLOAD_SYSTEM = (REPOSITORY / "docs" / "upload-system.md").read_text()
MOBILE = (REPOSITORY / "docs" / "mobile-guide.md").read_text()
SHOWN_IN_FULL = (
    upload_pb2.InitResumableUploadRequest.DESCRIPTOR,
    upload_pb2.InitResumableUploadResponse.DESCRIPTOR,
    upload_pb2.ReportUploadProgressRequest.DESCRIPTOR,
)


def test_the_table_of_states_is_the_one_that_the_code_reads() -> None:
    rows = [
        f"| `{event.value}` | {' | '.join(_cell(row[phase]) for phase in Phase)} |"
        for event, row in TRANSITIONS.items()
    ]
    head = f"| event | {' | '.join(phase.value for phase in Phase)} |\n|{'---|' * 5}"
    assert "\n".join([head, *rows, ""]) in UPLOAD_SYSTEM


@pytest.mark.parametrize("guide", [UPLOAD_SYSTEM, MOBILE], ids=["upload-system", "mobile"])
def test_every_failure_code_is_in_both_guides(guide: str) -> None:
    codes = set(FailureCode) - {FailureCode.UNKNOWN}
    assert [code for code in codes if f"`{code.value}`" not in guide] == []


@pytest.mark.parametrize("message", SHOWN_IN_FULL, ids=lambda message: message.name)
def test_the_mobile_guide_gives_every_field_its_number(message: Descriptor) -> None:
    tables = re.findall(r"^\| (`.+?) \| ([\d, ]+) \|", MOBILE, re.MULTILINE)
    told = {
        (name.strip("` "), int(number))
        for names, numbers in tables
        for name, number in zip(names.split(","), numbers.split(","), strict=True)
    }
    assert {(field.name, field.number) for field in message.fields} <= told


def test_the_mobile_guide_says_what_to_do_about_every_code() -> None:
    assert [code.name for code in STATUS_CODES.values() if code.name not in MOBILE] == []


def test_the_mobile_guide_names_reasons_that_exist() -> None:
    reasons = {name.removeprefix("ERROR_REASON_") for name in errors_pb2.ErrorReason.keys()}  # noqa: SIM118 - not a mapping
    codes = {code.value for code in FailureCode} | {code.name for code in STATUS_CODES.values()}
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", MOBILE))
    assert len(named) > 8
    assert sorted(named - reasons - codes) == []


def _cell(transition: Transition) -> str:
    to = f" → `{transition.to.value}`" if transition.to else ""
    return f"{transition.effect.value}{to}" + (f" `{transition.code}`" if transition.code else "")
