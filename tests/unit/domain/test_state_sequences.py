"""Whatever happens in whatever order: completed is final, a buried generation never completes."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.domain.finalize import judge
from catalog.domain.outcomes import completed
from catalog.domain.upload import Effect, Transition, Upload, UploadEvent, UploadStatus
from catalog.domain.values import Generation, StoredObject, VideoId
from tests.support.builders import NOW, a_stored_object, a_user, an_md5, an_upload

LIMIT = 1000
Happening = tuple[str | UploadEvent, Generation]
"""News of an object of this kind and generation, or an event that is not about an object."""
GENERATIONS = st.integers(1, 4).map(Generation)
KINDS = st.sampled_from(["right", "wrong", "no md5", "too large"])
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(KINDS, GENERATIONS),
        st.tuples(
            st.sampled_from(
                [
                    UploadEvent.INIT,
                    UploadEvent.PROGRESS,
                    UploadEvent.CANCEL,
                    UploadEvent.DEADLINE_PASSED,
                ]
            ),
            GENERATIONS,
        ),
    ),
    max_size=25,
)


def the_object(upload: Upload, kind: str, generation: Generation) -> StoredObject:
    stored = a_stored_object(upload, generation=generation, size_bytes=LIMIT)
    if kind == "right":
        return stored
    if kind == "wrong":
        return replace(stored, md5=an_md5(b"wrong"))
    return replace(stored, md5=None) if kind == "no md5" else replace(stored, size_bytes=LIMIT + 1)


def moved(upload: Upload, transition: Transition) -> Upload:
    """Apply what the table says, and nothing else."""
    if transition.to is None:
        return upload
    return replace(
        upload, status=transition.to, error_code=transition.code, version=upload.version + 1
    )


def finalized(
    upload: Upload, stored: StoredObject, buried: set[Generation]
) -> tuple[Upload, Effect]:
    judgement = judge(upload, stored, tombstoned=stored.generation in buried, max_size_bytes=LIMIT)
    effect = judgement.transition.effect
    if effect in (Effect.FAILED, Effect.REJECTED):
        buried.add(stored.generation)
    if effect is Effect.COMPLETED:
        return completed(upload, judgement.transition, stored, VideoId(a_user()), NOW), effect
    return moved(upload, judgement.transition), effect


def after(upload: Upload, happening: Happening, buried: set[Generation]) -> tuple[Upload, Effect]:
    what, generation = happening
    if isinstance(what, UploadEvent):
        transition = upload.on(what)
        return moved(upload, transition), transition.effect
    return finalized(upload, the_object(upload, what, generation), buried)


@settings(deadline=None, max_examples=150)
@given(HAPPENINGS)
def test_no_sequence_leaves_completed(happenings: list[Happening]) -> None:
    upload, buried, done = an_upload(), set[Generation](), None
    for happening in happenings:
        upload, _ = after(upload, happening, buried)
        if done is not None:
            assert upload == done
        elif upload.status is UploadStatus.COMPLETED:
            done = upload


@settings(deadline=None, max_examples=150)
@given(HAPPENINGS)
def test_no_buried_generation_completes(happenings: list[Happening]) -> None:
    upload, buried = an_upload(), set[Generation]()
    for what, generation in happenings:
        was_buried = generation in buried
        upload, effect = after(upload, (what, generation), buried)
        if was_buried and not isinstance(what, UploadEvent):
            assert effect is Effect.TOMBSTONED
        assert upload.generation not in buried


@settings(deadline=None, max_examples=150)
@given(HAPPENINGS)
def test_a_waiting_upload_never_has_an_error_and_a_failed_one_always_does(
    happenings: list[Happening],
) -> None:
    upload, buried = an_upload(), set[Generation]()
    for happening in happenings:
        upload, _ = after(upload, happening, buried)
        assert (upload.status is UploadStatus.FAILED) == (upload.error_code is not None)
