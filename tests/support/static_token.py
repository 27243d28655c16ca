"""A bearer token for endpoints that ask for any."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StaticAccessToken:
    value: str = field(repr=False)

    async def token(self) -> str:
        return self.value
