"""What callers can be told."""

from collections.abc import Iterator

import pytest

from catalog.domain import errors
from catalog.domain.errors import CatalogError, UnavailableError

GROUPS = {
    errors.UnauthenticatedError,
    errors.NotFoundError,
    errors.LimitExceededError,
    errors.PreconditionError,
    errors.UnavailableError,
}


def kinds(parent: type[CatalogError] = CatalogError) -> Iterator[type[CatalogError]]:
    """Those that callers are told; what other modules derive for themselves stays with them."""
    for child in parent.__subclasses__():
        if child.__module__ != errors.__name__:
            continue
        if child not in GROUPS:
            yield child
        yield from kinds(child)


def made(kind: type[CatalogError]) -> CatalogError:
    return errors.InvalidRequestError([]) if kind is errors.InvalidRequestError else kind()


def test_every_error_has_a_reason_of_its_own() -> None:
    reasons = [kind.reason for kind in kinds() if kind is not errors.InternalError]
    assert len(set(reasons)) == len(reasons)
    assert "INTERNAL" not in reasons
    assert errors.InternalError.reason == "INTERNAL"


@pytest.mark.parametrize("kind", list(kinds()))
def test_its_text_is_one_fixed_sentence(kind: type[CatalogError]) -> None:
    error = made(kind)
    assert str(error) == kind.message
    assert kind.message.endswith(".")


@pytest.mark.parametrize("kind", [each for each in kinds() if issubclass(each, UnavailableError)])
def test_a_passing_fault_says_when_to_come_back(kind: type[UnavailableError]) -> None:
    assert kind.retry_after_seconds > 0


def test_metadata_goes_beside_the_text() -> None:
    error = errors.VideoNotPendingError(status="ready")
    assert error.metadata == {"status": "ready"}
    assert "ready" not in str(error)
