"""Objects that appear without an upload, for tests of what looks at a bucket."""

import secrets

from catalog.emulator.objects import ObjectHeaders, StoredObject
from catalog.emulator.part_file import PartFile
from catalog.emulator.state import EmulatorState


def store(
    state: EmulatorState,
    bucket: str,
    name: str,
    content: bytes,
    content_type: str = "application/octet-stream",
) -> StoredObject:
    """Make the object live at once, replacing one of that name; sends no notification."""
    part = PartFile(state.settings.data_dir / f"seed-{secrets.token_hex(8)}.part")
    part.append(content)
    return state.objects.finalize(bucket, name, part, ObjectHeaders(content_type))
