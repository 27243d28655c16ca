"""protoc plugin: offers grpcio-tools' built-in grpc_python generator to `buf generate`.

buf refuses `protoc_builtin: grpc_python`, so this hands the request's own
descriptors to grpc_tools.protoc and returns what it wrote.
"""

import sys
import tempfile
from pathlib import Path

from google.protobuf.compiler import plugin_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc


def generate(request: plugin_pb2.CodeGeneratorRequest) -> plugin_pb2.CodeGeneratorResponse:
    """Generate `*_pb2_grpc.py` for the files that the request names."""
    response = plugin_pb2.CodeGeneratorResponse(
        supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    )
    with tempfile.TemporaryDirectory() as scratch:
        descriptors, out = Path(scratch, "set.binpb"), Path(scratch, "out")
        descriptors.write_bytes(FileDescriptorSet(file=request.proto_file).SerializeToString())
        out.mkdir()
        command = ["protoc", f"--descriptor_set_in={descriptors}", f"--grpc_python_out={out}"]
        command += request.file_to_generate
        if protoc.main(command) != 0:  # type: ignore[no-untyped-call]  # ships no types
            response.error = "grpc_tools.protoc failed"
        for path in sorted(out.rglob("*.py")):
            response.file.add(name=path.relative_to(out).as_posix(), content=path.read_text())
    return response


if __name__ == "__main__":
    incoming = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    sys.stdout.buffer.write(generate(incoming).SerializeToString())
