"""Every error of the domain has its place on the wire."""

import grpc
import pytest
from google.rpc import (  # type: ignore[import-untyped]  # ships stubs, but no py.typed
    error_details_pb2,
    status_pb2,
)

from catalog.adapters.grpc.errors import DETAILS_KEY, STATUS_CODES, status_code, trailers
from catalog.api.video.v1 import errors_pb2
from catalog.domain.errors import (
    CatalogError,
    InvalidRequestError,
    LimitExceededError,
    RateLimitedError,
    UnavailableError,
    UploadsDisabledError,
)
from tests.unit.adapters.grpc.every_error import DOCUMENTED, LEAVES, an_error


def details(error: CatalogError) -> status_pb2.Status:
    ((key, value),) = trailers(error)
    assert key == DETAILS_KEY
    return status_pb2.Status.FromString(value)


@pytest.mark.parametrize("kind", LEAVES)
def test_every_error_has_a_code_of_its_own_or_its_ancestors(kind: type[CatalogError]) -> None:
    assert any(ancestor in STATUS_CODES for ancestor in kind.__mro__)


def test_the_reasons_of_the_contract_and_of_the_domain_are_the_same() -> None:
    names = errors_pb2.DESCRIPTOR.enum_types_by_name["ErrorReason"].values_by_name
    declared = {name.removeprefix("ERROR_REASON_") for name in names}
    assert {kind.reason for kind in LEAVES} == set(DOCUMENTED) == declared - {"UNSPECIFIED"}


def test_no_two_errors_share_a_reason() -> None:
    assert len({kind.reason for kind in LEAVES}) == len(LEAVES)


@pytest.mark.parametrize("kind", LEAVES)
def test_the_code_is_the_documented_one(kind: type[CatalogError]) -> None:
    assert status_code(an_error(kind)).name == DOCUMENTED[kind.reason]


@pytest.mark.parametrize("kind", LEAVES)
def test_an_answer_has_exactly_one_error_info_and_no_detail_twice(kind: type[CatalogError]) -> None:
    error = an_error(kind)
    status = details(error)
    urls = [detail.type_url for detail in status.details]
    assert len(urls) == len(set(urls))
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain) == (kind.reason, "catalog")
    assert dict(info.metadata) == error.metadata
    assert (status.code, status.message) == (status_code(error).value[0], kind.message)


def test_bad_input_names_every_field() -> None:
    bad = error_details_pb2.BadRequest()
    status = details(an_error(InvalidRequestError))
    assert status.details[1].Unpack(bad)
    assert [(each.field, each.description) for each in bad.field_violations] == [
        ("filename", "must"),
        ("video_id", "be"),
    ]


@pytest.mark.parametrize("kind", LEAVES)
def test_what_may_be_tried_again_says_when(kind: type[CatalogError]) -> None:
    status = details(an_error(kind))
    again = issubclass(kind, UnavailableError | LimitExceededError)
    retry = error_details_pb2.RetryInfo()
    found = [detail for detail in status.details if detail.Unpack(retry)]
    assert bool(found) is again
    if again:
        assert retry.retry_delay.ToMilliseconds() > 0
    assert again or status_code(an_error(kind)) is not grpc.StatusCode.UNAVAILABLE


def test_the_time_to_wait_is_the_errors_own() -> None:
    for error, milliseconds in ((RateLimitedError(2.5), 2500), (UploadsDisabledError(), 60_000)):
        retry = error_details_pb2.RetryInfo()
        assert any(detail.Unpack(retry) for detail in details(error).details)
        assert retry.retry_delay.ToMilliseconds() == milliseconds


def test_an_error_that_nobody_placed_is_internal() -> None:
    assert status_code(CatalogError()) is grpc.StatusCode.INTERNAL
