"""Backoff for both sides, on tenacity: full jitter, unless the other side named a wait."""

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from catalog.client.errors import ServiceUnavailableError, StorageUnavailableError
from catalog.client.settings import RetryPolicy


def is_passing(error: BaseException) -> bool:
    """True for trouble that a later try may not meet."""
    return isinstance(error, ServiceUnavailableError | StorageUnavailableError)


def retrying(policy: RetryPolicy) -> AsyncRetrying:
    """One step's tries; the last error is raised as it was."""
    return AsyncRetrying(
        stop=stop_after_attempt(policy.max_attempts) | stop_after_delay(policy.deadline),
        wait=_Wait(policy),
        retry=retry_if_exception(is_passing),
        reraise=True,
    )


class _Wait:
    def __init__(self, policy: RetryPolicy) -> None:
        self._asked_at_most = policy.longest_asked_wait
        self._jittered = wait_random_exponential(
            multiplier=policy.first_wait, max=policy.longest_wait
        )

    def __call__(self, state: RetryCallState) -> float:
        own = self._jittered(state)
        error = state.outcome.exception() if state.outcome is not None else None
        asked = _asked_wait(error) if error is not None else None
        return own if asked is None else max(own, min(asked, self._asked_at_most))


def _asked_wait(error: BaseException) -> float | None:
    if isinstance(error, ServiceUnavailableError | StorageUnavailableError):
        return error.retry_after
    return None
