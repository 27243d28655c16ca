"""What signs bytes in the name of a service account."""

from typing import Protocol


class BlobSigner(Protocol):
    """RSASSA-PKCS1-v1_5 with SHA-256 under one service account's key."""

    @property
    def email(self) -> str:
        """The account that the signature authorizes as."""
        ...

    async def sign(self, message: bytes) -> bytes:
        """Return the raw signature. Raises SignerUnavailableError."""
        ...
