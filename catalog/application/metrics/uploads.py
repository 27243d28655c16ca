"""Figures of uploads: how they begin, go on and end."""

from catalog.application.metrics.metric import OTHER, Counter, Gauge, Histogram

FINALIZE_OUTCOMES = (
    "completed",
    "failed",
    "rejected",
    "tombstoned",
    "duplicate",
    "ignored",
    "unknown_object",
    OTHER,
)
ACTORS = ("push", "sweep", "reaper")
"""Who brings news in a process that has figures. A replay is an operator's command."""

INIT_COUNT = Counter(
    "upload.init.count",
    "{call}",
    "InitResumableUpload calls, by what came of them: a new upload, a fresh URL for a waiting or"
    " for a failed one, an upload that is complete already, a refusal, uploads"
    " that are switched off, a fault of ours, or nothing, as the client left or the deadline"
    " passed first (rpc.server.count tells which). `turned_away` were those that came to a process"
    " about to end: another answers them.",
    {
        "result": (
            "new",
            "renewed",
            "restarted",
            "already_completed",
            "refused",
            "disabled",
            "failed",
            "abandoned",
            "turned_away",
            OTHER,
        )
    },
)
INIT_LATENCY = Histogram(
    "upload.init.latency",
    "s",
    "Time that InitResumableUpload took, whatever its end.",
    bounds=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5),
)
SESSION_EXPIRED = Counter(
    "upload.session.expired.count",
    "{upload}",
    "Uploads that failed because their session's deadline passed without an object.",
)
MD5_MISMATCH = Counter(
    "md5.mismatch.count",
    "{object}",
    "Objects with another MD5 than was announced, found when they arrived.",
)
CHUNK_RESUMES = Counter(
    "upload.chunk.resume.count", "{resume}", "Resumes within sessions, as clients report them."
)
OFFSET_MISMATCHES = Counter(
    "upload.offset.mismatch.count",
    "{answer}",
    "Times the bucket had another offset than the client thought, as clients report them.",
)
GENERATION_VIOLATIONS = Counter(
    "if_generation_match.violation.count",
    "{answer}",
    "412 answers to uploads over an object that exists, as clients report them.",
)
FINALIZE_COUNT = Counter(
    "upload.finalize.count",
    "{arrival}",
    "News of finished objects by what came of them and by who brought them.",
    {"outcome": FINALIZE_OUTCOMES, "actor": ACTORS},
)
DECLARATION_DIFFERS = Counter(
    "upload.declaration.differs.count",
    "{upload}",
    "Completed uploads whose real size or type was not the declared one.",
    {"field": ("size", "content_type")},
)
VIDEO_CREATED_LATE = Counter(
    "upload.video.created.count",
    "{video}",
    "Videos made at completion, because none was bound or the bound one could not be used.",
)
CANCELLED = Counter("upload.cancel.count", "{upload}", "CancelUpload calls that were carried out.")
FINALIZE_LAG = Histogram(
    "upload.finalize_to_complete.lag",
    "s",
    "From the moment the bucket had the object to the commit that completed its upload.",
    bounds=(0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 900, 3600),
)
WAITING = Gauge(
    "upload.waiting",
    "{upload}",
    "Uploads that are pending or uploading, by the time since they began.",
    {"age": ("under_15m", "under_1h", "under_1d", "under_7d", "over_7d")},
)
OLDEST_WAITING = Gauge(
    "upload.waiting.oldest.overdue",
    "s",
    "Time since the session deadline of the waiting upload whose deadline passed longest ago;"
    " 0 when none has passed. Reaped after reaper.margin_seconds, if the reaper works.",
)

UPLOAD_METRICS = (
    INIT_COUNT,
    INIT_LATENCY,
    SESSION_EXPIRED,
    MD5_MISMATCH,
    CHUNK_RESUMES,
    OFFSET_MISMATCHES,
    GENERATION_VIOLATIONS,
    FINALIZE_COUNT,
    DECLARATION_DIFFERS,
    VIDEO_CREATED_LATE,
    CANCELLED,
    FINALIZE_LAG,
    WAITING,
    OLDEST_WAITING,
)
