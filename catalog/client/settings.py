"""How patient the uploader is. All times in seconds, all sizes in bytes."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter, bounded by attempts and by time.

    The bounds hold for one step (one call, one chunk): a step that gets ahead starts afresh.
    A longer wait asked for by the other side is honoured up to `longest_asked_wait`.
    """

    max_attempts: int
    first_wait: float
    longest_wait: float
    deadline: float
    longest_asked_wait: float = 120.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one network operation may take before it counts as broken."""

    rpc: float = 10.0
    connect: float = 10.0
    # One block of a chunk, not the whole chunk: a slow line is no broken line.
    write: float = 30.0
    # Cloud Storage answers the last chunk only when the object is made.
    read: float = 60.0
    # A progress report, or a question whose answer is not vital. The end of an upload waits
    # this long for its last report.
    report: float = 2.0
    # Courtesy calls on the way out, such as cancelling a session.
    farewell: float = 5.0


def _rpc_policy() -> RetryPolicy:
    return RetryPolicy(max_attempts=5, first_wait=0.2, longest_wait=2.0, deadline=30.0)


def _storage_policy() -> RetryPolicy:
    return RetryPolicy(max_attempts=8, first_wait=0.5, longest_wait=30.0, deadline=300.0)


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Defaults fit a phone on a bad line; tests and desktops may want less patience."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    rpc_retry: RetryPolicy = field(default_factory=_rpc_policy)
    storage_retry: RetryPolicy = field(default_factory=_storage_policy)
    # How often one upload may begin again: session lost, URL expired, object in the way.
    max_restarts: int = 3
    # How long to wait for Catalog to hear of an object that is already stored.
    confirm_deadline: float = 60.0
    poll_first_wait: float = 0.1
    poll_longest_wait: float = 2.0
    # Progress is reported after the longer interval, or sooner when this share of the file
    # has got ahead.
    report_interval: float = 5.0
    report_least_interval: float = 1.0
    report_share: float = 0.1
    hash_block_bytes: int = 1024 * 1024
    # Chunks grow up to this on a fast line; one that the service recommends is never cut.
    largest_chunk_bytes: int = 32 * 1024 * 1024
