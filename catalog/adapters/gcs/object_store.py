"""Live objects, one or many, and their removal by generation, through google-cloud-storage."""

import asyncio
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from google.auth.credentials import AnonymousCredentials

from catalog.adapters.gcs.object_listing import Untyped, described, object_page
from catalog.application.upkeep_records import ObjectPage
from catalog.domain.errors import StorageUnavailableError
from catalog.domain.values import Generation, ObjectRef, StoredObject

with warnings.catch_warnings():
    # It advises to install grpcio-status, of which its HTTP client makes no use.
    warnings.simplefilter("ignore", ImportWarning)
    from google.api_core.exceptions import NotFound

T = TypeVar("T")

_THREADS = 16


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="gcs")


class BucketObjects:
    """Runs the blocking library in threads; no call outlives `deadline_seconds` for its caller.

    With an `endpoint` the store talks to it without credentials (a local
    emulator); without one it uses Google's own and the machine's default
    credentials, looked up at the first call.
    """

    def __init__(
        self,
        *,
        project_id: str,
        endpoint: str | None = None,
        deadline_seconds: float = 5.0,
        request_timeout_seconds: float = 2.0,
    ) -> None:
        self._project_id = project_id
        self._endpoint = endpoint
        self._deadline = deadline_seconds
        self._request_timeout = min(request_timeout_seconds, deadline_seconds)
        self._client: Untyped = None
        self._retry: Untyped = None  # comes with the client: whoever has a bucket has it
        self._making = threading.Lock()
        # Of our own: calls that hang here must not hold up whoever else needs a thread.
        self._threads = _threads()

    async def stat(self, ref: ObjectRef) -> StoredObject | None:
        """Describe the live generation; None when there is none. Raises StorageUnavailableError."""
        return await self._in_thread(lambda: self._stat(ref))

    async def delete(self, ref: ObjectRef, generation: Generation) -> bool:
        """Delete exactly this generation; False when it was gone already.

        Raises StorageUnavailableError. A deletion whose answer was lost may
        report False: the generation is gone either way.
        """
        return await self._in_thread(lambda: self._delete(ref, generation))

    async def page(
        self,
        bucket: str,
        *,
        prefix: str,
        limit: int,
        after: str | None = None,
        upto: str | None = None,
    ) -> ObjectPage:
        """List live objects in the order of their names. Raises StorageUnavailableError."""
        return await self._in_thread(
            lambda: object_page(
                self._bucket(bucket),
                prefix=prefix,
                limit=limit,
                after=after,
                upto=upto,
                timeout=self._request_timeout,
                retry=self._retry,
            )
        )

    async def aclose(self) -> None:
        """Close idle connections. Safe to repeat."""
        client, self._client = self._client, None
        threads, self._threads = self._threads, _threads()
        threads.shutdown(wait=False, cancel_futures=True)
        if client is not None:
            client.close()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._deadline):
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except Exception as fault:  # the library names no closed set of faults
            raise StorageUnavailableError from fault

    def _stat(self, ref: ObjectRef) -> StoredObject | None:
        blob = self._bucket(ref.bucket).get_blob(
            ref.name, timeout=self._request_timeout, retry=self._retry
        )
        return None if blob is None else described(ref, blob)

    def _delete(self, ref: ObjectRef, generation: Generation) -> bool:
        try:
            self._bucket(ref.bucket).delete_blob(
                ref.name,
                generation=generation,
                timeout=self._request_timeout,
                retry=self._retry,
            )
        except NotFound:
            return False
        return True

    def _bucket(self, name: str) -> Untyped:
        with self._making:
            if self._client is None:
                self._client = self._new_client()
            return self._client.bucket(name)

    def _new_client(self) -> Untyped:
        """Make it, loading the library: calls do so in their threads, and starts are quicker."""
        from google.cloud import storage  # noqa: PLC0415 - heavy
        from google.cloud.storage.retry import DEFAULT_RETRY  # noqa: PLC0415

        # The library's own retries end with the call: none goes on unheard for long.
        self._retry = DEFAULT_RETRY.with_timeout(self._deadline).with_delay(0.1, 1.0, 2.0)
        client: Untyped = storage.Client
        if self._endpoint is None:
            return client(project=self._project_id)
        return client(
            project=self._project_id,
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]  # ships no types
            client_options={"api_endpoint": self._endpoint},
        )
