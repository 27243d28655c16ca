"""The state table, written down a second time: what each event does in each state."""

import pytest

from catalog.domain.upload import (
    TRANSITIONS,
    Decision,
    Effect,
    FailureCode,
    Phase,
    UploadEvent,
    UploadStatus,
)
from tests.support.builders import an_upload

# event: (waiting, failed, cancelled, completed), each "effect [-> status] [code]".
EXPECTED = {
    "init": (
        "renewed",
        "restarted -> pending",
        "restarted -> pending",
        "already_completed",
    ),
    "progress": ("reported -> uploading", "counted", "counted", "counted"),
    "finalize_tombstoned": ("tombstoned", "tombstoned", "tombstoned", "tombstoned"),
    "finalize_repeated": ("duplicate", "duplicate", "duplicate", "duplicate"),
    "finalize_no_md5": ("failed -> failed MD5_UNAVAILABLE", "rejected", "rejected", "ignored"),
    "finalize_wrong_md5": ("failed -> failed MD5_MISMATCH", "rejected", "rejected", "ignored"),
    "finalize_too_large": (
        "failed -> failed SIZE_LIMIT_EXCEEDED",
        "rejected",
        "rejected",
        "ignored",
    ),
    "finalize_right": (
        "completed -> completed",
        "completed -> completed",
        "rejected",
        "ignored",
    ),
    "cancel": (
        "cancelled -> failed CANCELLED",
        "recoded -> failed CANCELLED",
        "counted",
        "refused",
    ),
    "deadline_passed": ("expired -> failed SESSION_EXPIRED", "counted", "counted", "counted"),
}

DECISIONS = {
    Effect.RENEWED: Decision.DUPLICATE,
    Effect.RESTARTED: Decision.REPLACE,
    Effect.ALREADY_COMPLETED: Decision.DUPLICATE,
    Effect.REPORTED: Decision.NOOP,
    Effect.COUNTED: Decision.NOOP,
    Effect.COMPLETED: Decision.COMPLETE,
    Effect.FAILED: Decision.FAIL,
    Effect.REJECTED: Decision.REJECT,
    Effect.TOMBSTONED: Decision.NOOP,
    Effect.DUPLICATE: Decision.DUPLICATE,
    Effect.IGNORED: Decision.NOOP,
    Effect.CANCELLED: Decision.CANCEL,
    Effect.RECODED: Decision.CANCEL,
    Effect.EXPIRED: Decision.EXPIRE,
    Effect.REFUSED: Decision.REJECT,
}


def spelled(event: UploadEvent, phase: Phase) -> str:
    cell = TRANSITIONS[event][phase]
    to = f" -> {cell.to.value}" if cell.to else ""
    code = f" {cell.code.value}" if cell.code else ""
    return f"{cell.effect.value}{to}{code}"


def test_the_table_names_every_event() -> None:
    assert set(TRANSITIONS) == set(UploadEvent)
    assert {event.value for event in UploadEvent} == set(EXPECTED)


@pytest.mark.parametrize("event", UploadEvent)
def test_every_row_is_as_designed(event: UploadEvent) -> None:
    assert tuple(Phase) == (Phase.WAITING, Phase.FAILED, Phase.CANCELLED, Phase.COMPLETED)
    assert tuple(spelled(event, phase) for phase in Phase) == EXPECTED[event.value]


def test_history_words_follow_from_the_effect() -> None:
    used = {cell.effect: cell.decision for row in TRANSITIONS.values() for cell in row.values()}
    assert used == DECISIONS


def test_nothing_leaves_completed() -> None:
    for row in TRANSITIONS.values():
        assert row[Phase.COMPLETED].to is None
        assert row[Phase.COMPLETED].code is None


def test_only_an_init_ends_cancelled() -> None:
    leaving = [event for event, row in TRANSITIONS.items() if row[Phase.CANCELLED].to is not None]
    assert leaving == [UploadEvent.INIT]


def test_whatever_fails_says_why() -> None:
    for row in TRANSITIONS.values():
        for cell in row.values():
            assert (cell.to is UploadStatus.FAILED) == (cell.code is not None)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[UploadEvent.INIT] = TRANSITIONS[UploadEvent.CANCEL]  # type: ignore[index]
    with pytest.raises(TypeError):
        TRANSITIONS[UploadEvent.INIT][Phase.WAITING] = (  # type: ignore[index]
            TRANSITIONS[UploadEvent.CANCEL][Phase.WAITING]
        )


@pytest.mark.parametrize(
    ("status", "code", "phase"),
    [
        (UploadStatus.PENDING, None, Phase.WAITING),
        (UploadStatus.UPLOADING, None, Phase.WAITING),
        (UploadStatus.COMPLETED, None, Phase.COMPLETED),
        (UploadStatus.FAILED, FailureCode.CANCELLED, Phase.CANCELLED),
        *[
            (UploadStatus.FAILED, code, Phase.FAILED)
            for code in FailureCode
            if code is not FailureCode.CANCELLED
        ],
    ],
)
def test_an_uploads_column_follows_from_status_and_code(
    status: UploadStatus, code: FailureCode | None, phase: Phase
) -> None:
    upload = an_upload(status=status, error_code=code)
    assert upload.phase is phase
    for event in UploadEvent:
        assert upload.on(event) is TRANSITIONS[event][phase]


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_is_explained_in_a_sentence(code: FailureCode) -> None:
    assert code.explanation.endswith(".")
    assert len(code.explanation) < 100
