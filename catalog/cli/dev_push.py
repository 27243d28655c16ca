"""A finalize pushed by hand through the emulator of a local stack."""

import httpx

from catalog.cli.failures import CliError
from catalog.client import CatalogClient


async def push_finalize(
    gcs: str, server: str, user_id: str, upload_id: str, times: int
) -> list[str]:
    """Push the upload's object `times` times, each under a message id of its own.

    Returns what the callback answered, one word a push. Raises CliError.
    """
    async with CatalogClient(server, user_id) as client:
        upload = await client.get_upload(upload_id)
    body = {
        "bucket": upload.bucket,
        "name": upload.object_name,
        "times": times,
        "new_message_ids": True,
    }
    try:
        async with httpx.AsyncClient(timeout=30 + times, trust_env=False) as http:
            answer = await http.post(f"{gcs}/_emulator/push", json=body)
    except httpx.HTTPError:
        raise CliError("the local stack's emulator does not answer; is `make run` up?") from None
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise CliError("nothing is stored for this upload yet; upload its file first")
    if answer.is_error:
        raise CliError(f"the emulator refused: {answer.json().get('error', answer.status_code)}")
    return [str(each["status"] or each["outcome"]) for each in answer.json()["deliveries"]]
