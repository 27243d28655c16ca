"""Every setting of the service: its type, default and limits."""

import json
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode


def _split(value: object) -> object:
    """Accept `a,b` and `["a", "b"]` from the environment where a list is meant."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(",") if part.strip()]


def _none_for_empty(value: object) -> object:
    """Take an empty variable for one that is not set; Path would make it the folder we are in."""
    return None if value == "" else value


def _address(value: str) -> str:
    found = re.fullmatch(r"(?:\[[0-9a-fA-F:.]+\]|[^:\s]*):([0-9]{1,5})", value)
    if found is None or int(found[1]) > 65_535:
        raise ValueError("must be host:port")
    return value


def _http_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s?#]*)?", value):
        raise ValueError("must be an http or https URL without user, query and fragment")
    return value.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
OptionalAddress = Annotated[str, AfterValidator(lambda value: value and _address(value))]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
TextList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
OptionalPath = Annotated[Path | None, BeforeValidator(_none_for_empty)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(_Section):
    """Where the process listens and how it ends."""

    grpc_addr: Address = "0.0.0.0:9000"
    http_addr: Address = "0.0.0.0:8000"
    metrics_addr: OptionalAddress = "0.0.0.0:9090"
    shutdown_grace_seconds: Seconds = 8.0
    connection_age_seconds: float = Field(300.0, ge=0, le=86_400)
    reflection: bool = False
    call_deadline_seconds: Seconds = 5.0
    callback_deadline_seconds: Seconds = 8.0


class DatabaseSettings(_Section):
    """How to reach PostgreSQL and how long to wait for it."""

    url: SecretStr = SecretStr("")
    url_file: OptionalPath = None
    direct_url: SecretStr = SecretStr("")
    direct_url_file: OptionalPath = None
    pool_min_size: int = Field(2, ge=0, le=1000)
    pool_max_size: int = Field(10, ge=1, le=1000)
    connect_timeout_seconds: Seconds = 5.0
    acquire_timeout_seconds: Seconds = 3.0
    command_timeout_seconds: Seconds = 5.0
    statement_timeout_seconds: Seconds = 4.0
    lock_timeout_seconds: Seconds = 3.0
    idle_in_transaction_timeout_seconds: Seconds = 10.0
    timeouts_from: Literal["startup", "role"] = "startup"
    statement_cache_size: int = Field(200, ge=0, le=10_000)

    def dsn(self) -> str:
        """The address with credentials, a secret: the environment's before the named file's."""
        if self.url_file is not None and not self.url.get_secret_value():
            return self.url_file.read_text("utf-8").strip()
        return self.url.get_secret_value()

    def direct_dsn(self) -> str:
        """The same for what a transaction pooler would break: a secret."""
        if self.direct_url_file is not None and not self.direct_url.get_secret_value():
            return self.direct_url_file.read_text("utf-8").strip()
        return self.direct_url.get_secret_value() or self.dsn()


class GcsSettings(_Section):
    """The bucket, who signs for it, and whose pushes are believed."""

    project_id: str = ""
    bucket: str = Field("", max_length=222)
    accepted_buckets: TextList = ()
    signer: Literal["iam", "key"] = "iam"
    signer_service_account: str = ""
    signer_key_file: OptionalPath = None
    signed_url_ttl_seconds: int = Field(900, ge=1, le=43_200)
    callback_audience: TextList = ()
    push_service_account_email: str = ""
    push_issuers: TextList = ("https://accounts.google.com", "accounts.google.com")
    push_certs_url: HttpUrl = "https://www.googleapis.com/oauth2/v1/certs"
    endpoint: HttpUrl = ""
    iam_endpoint: HttpUrl = "https://iamcredentials.googleapis.com"
    timeout_seconds: Seconds = 4.0

    @property
    def buckets(self) -> frozenset[str]:
        """Buckets whose notifications are ours: the list, and always the one we sign for."""
        return frozenset((*self.accepted_buckets, self.bucket)) - {""}


class PubsubSettings(_Section):
    """Where pushes arrive, and where events go."""

    callback_path: str = Field("/_/gcs/callback", pattern=r"^/\S+$")
    project_id: str = ""
    events_topic: str = Field("video-events", pattern=r"^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$")
    endpoint: HttpUrl = ""


class WorkersSettings(_Section):
    """Where the work in the background is done."""

    in_server: bool = False
    http_addr: OptionalAddress = ""
    metrics_addr: OptionalAddress = ""


class OutboxSettings(_Section):
    """How events leave, and how long they are kept after that."""

    max_in_flight: int = Field(64, ge=1, le=1000)
    batch_size: int = Field(100, ge=1, le=1000)
    poll_min_seconds: Seconds = 0.05
    poll_max_seconds: Seconds = 1.0
    publish_timeout_seconds: Seconds = 10.0
    max_attempts: int = Field(20, ge=1, le=1000)
    backoff_seconds: Seconds = 0.5
    backoff_max_seconds: Seconds = 60.0
    session_timeout_seconds: float = Field(3.0, ge=1, le=60)
    drain_seconds: Seconds = 5.0
    retention_days: int = Field(31, ge=1, le=3650)
    prune_every_seconds: Seconds = 600.0
    prune_batch_size: int = Field(1000, ge=1, le=10_000)


class UploadsSettings(_Section):
    """What is accepted."""

    enabled: bool = True
    max_size_bytes: int = Field(4_294_967_296, ge=1, le=5 * 1024**4)
    max_duration_seconds: int = Field(300, ge=1, le=86_400)
    allowed_content_types: TextList = (
        "video/mp4",
        "video/quicktime",
        "video/x-m4v",
        "video/webm",
        "video/3gpp",
        "video/3gpp2",
    )


class AuthSettings(_Section):
    """How the gateway names the user."""

    user_id_metadata_keys: TextList = Field(("user_id",), min_length=1)


class LimitsSettings(_Section):
    """How much is done at once and for one user; what is beyond is refused, quickly."""

    max_calls: int = Field(32, ge=1, le=10_000)
    max_pushes: int = Field(32, ge=1, le=10_000)
    work_share: float = Field(0.4, ge=0, le=1)
    user_calls_per_second: float = Field(20.0, ge=0, le=100_000)
    user_burst: int = Field(100, ge=1, le=100_000)


class TelemetrySettings(_Section):
    """What is told about the process."""

    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    levels_interval_seconds: Seconds = 15.0
    otlp_endpoint: HttpUrl = ""
    otlp_timeout_seconds: Seconds = 5.0
    otlp_metrics_interval_seconds: Seconds = 60.0
    trace_sample_ratio: float = Field(1.0, ge=0, le=1)
