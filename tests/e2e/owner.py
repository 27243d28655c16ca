"""What owners ask about uploads that are there, over plain stubs."""

from catalog.api.video.v1 import upload_pb2
from tests.e2e.person import SECONDS, Person
from tests.e2e.sites import Site
from tests.support.commands import REPOSITORY


def as_person(site: Site, person: Person) -> dict[str, str]:
    """Environment of a command that acts for the person, with the code that is tested here."""
    return {
        "CATALOG_SERVER": site.service.target,
        "CATALOG_USER_ID": person.user,
        "PYTHONPATH": str(REPOSITORY),
    }


async def cancel(person: Person, upload_id: str) -> upload_pb2.CancelUploadResponse:
    request = upload_pb2.CancelUploadRequest(upload_id=upload_id)
    return await person.rpc.uploads.CancelUpload(request, metadata=person.metadata, timeout=SECONDS)


async def report(
    person: Person, upload_id: str, bytes_persisted: int = 0, count: int = 0
) -> upload_pb2.ReportUploadProgressResponse:
    request = upload_pb2.ReportUploadProgressRequest(
        upload_id=upload_id,
        bytes_persisted=bytes_persisted,
        resume_count=count,
        offset_mismatch_count=count,
        precondition_failed_count=count,
    )
    return await person.rpc.uploads.ReportUploadProgress(
        request, metadata=person.metadata, timeout=SECONDS
    )


async def page(
    person: Person, status: str = "", size: int = 0, token: str = ""
) -> upload_pb2.ListUploadsResponse:
    request = upload_pb2.ListUploadsRequest(status=status, page_size=size, page_token=token)
    return await person.rpc.uploads.ListUploads(request, metadata=person.metadata, timeout=SECONDS)
