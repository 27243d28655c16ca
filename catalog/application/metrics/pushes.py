"""Figures of the push endpoint and of the inbox behind it."""

from catalog.application.metrics.metric import OTHER, Counter, Gauge, Histogram

CALLBACK_COUNT = Counter(
    "callback.count",
    "{push}",
    "Pushes by what came of them. `late` was answered 503 and comes again; `abandoned` was left by"
    " its sender before it was all there; `lost` could be neither used nor kept.",
    {
        "outcome": (
            "completed",
            "failed",
            "rejected",
            "tombstoned",
            "duplicate",
            "ignored",
            "unknown_object",
            "other_event",
            "quarantined",
            "lost",
            "unauthenticated",
            "forbidden",
            "limited",
            "late",
            "abandoned",
            OTHER,
        )
    },
)
CALLBACK_DURATION = Histogram(
    "callback.duration",
    "s",
    "Time from the head of a push to its answer, whatever the answer; of one that its sender"
    " abandoned, until its body was waited for.",
    bounds=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REDELIVERIES = Counter(
    "callback.redelivery.count",
    "{push}",
    "Pushes of an object generation that had been handled before (inbox duplicates).",
)
QUARANTINED_COUNT = Counter(
    "inbox.quarantine.count",
    "{push}",
    "Pushes that were set aside, by reason.",
    {
        "reason": (
            "body_too_large",
            "malformed",
            "contradiction",
            "generation",
            "foreign_bucket",
            OTHER,
        )
    },
)
QUARANTINED = Gauge("inbox.quarantined", "{push}", "Pushes set aside that nobody replayed yet.")
UNKNOWN = Gauge(
    "inbox.unknown", "{object}", "Objects that arrived for no upload and are still unclaimed."
)
CERTIFICATE_FETCHES = Counter(
    "certificates.fetch.count",
    "{fetch}",
    "Looks at the token issuer's keys.",
    {"result": ("ok", "failed")},
)
CERTIFICATES_FRESH = Gauge(
    "certificates.fresh",
    "s",
    "How much longer the issuer's keys are fresh; negative once they are stale and still used.",
)

PUSH_METRICS = (
    CALLBACK_COUNT,
    CALLBACK_DURATION,
    REDELIVERIES,
    QUARANTINED_COUNT,
    QUARANTINED,
    UNKNOWN,
    CERTIFICATE_FETCHES,
    CERTIFICATES_FRESH,
)
