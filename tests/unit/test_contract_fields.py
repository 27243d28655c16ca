"""Fields 1 to 7 of the first release keep their names, numbers and types for ever."""

import pytest
from google.protobuf.descriptor import FieldDescriptor

from catalog.api.video.v1 import upload_pb2

TYPES = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_BOOL: "bool",
}
FOR_EVER = {
    "InitResumableUploadRequest": [
        (1, "filename", "string"),
        (2, "size_bytes", "int64"),
        (3, "content_type", "string"),
        (4, "content_md5_hex", "string"),
        (5, "duration_seconds", "int32"),
        (6, "video_id", "string"),
    ],
    "InitResumableUploadResponse": [
        (1, "upload_id", "string"),
        (2, "bucket", "string"),
        (3, "object_name", "string"),
        (4, "resumable_init_url", "string"),
        (5, "expires_at_unixms", "int64"),
        (6, "already_completed", "bool"),
    ],
    "GetUploadRequest": [(1, "upload_id", "string")],
    "GetUploadResponse": [
        (1, "status", "string"),
        (2, "bucket", "string"),
        (3, "object_name", "string"),
        (4, "gcs_etag", "string"),
        (5, "gcs_generation", "string"),
        (6, "size_bytes", "int64"),
        (7, "md5_hash_hex", "string"),
    ],
}


@pytest.mark.parametrize("message", FOR_EVER)
def test_the_first_fields_of_the_contract_never_change(message: str) -> None:
    declared = upload_pb2.DESCRIPTOR.message_types_by_name[message].fields
    first = sorted(declared, key=lambda field: field.number)[: len(FOR_EVER[message])]
    assert [(field.number, field.name, TYPES[field.type]) for field in first] == FOR_EVER[message]
    assert not any(field.is_repeated or field.containing_oneof for field in first)


def test_the_service_keeps_its_name_and_its_first_rpcs() -> None:
    service = upload_pb2.DESCRIPTOR.services_by_name["UploadService"]
    assert service.full_name == "video.v1.UploadService"
    for name in ("InitResumableUpload", "GetUpload"):
        rpc = service.methods_by_name[name]
        assert (rpc.input_type.name, rpc.output_type.name) == (f"{name}Request", f"{name}Response")
        assert (rpc.client_streaming, rpc.server_streaming) == (False, False)
