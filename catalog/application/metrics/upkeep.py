"""Figures of reaper, sweeps, deletions and retention."""

from catalog.application.metrics.metric import OTHER, Counter, Gauge

REAPED = Counter(
    "reaper.upload.count",
    "{upload}",
    "Uploads whose sessions had ended, by what became of them.",
    {"outcome": ("expired", "completed", "failed", "rejected", "skipped", OTHER)},
)
SWEEP_RUNS = Counter(
    "sweep.run.count",
    "{run}",
    "Runs of walks by their end. `stopped` is resumed later, `lost` is walked on by another,"
    " `refused` found too much amiss to be believed.",
    {
        "sweep": ("bucket", "waiting", "completed"),
        "state": ("finished", "stopped", "refused", "lost", "failed", OTHER),
    },
)
SWEPT = Counter(
    "sweep.item.count",
    "{item}",
    "What walks found and did, by kind.",
    {
        "outcome": (
            "objects",
            "uploads",
            "kept",
            "completed",
            "rejected",
            "orphans",
            "deleted",
            "queued_again",
            "gone",
            "skipped",
            OTHER,
        )
    },
)
SWEEP_AGE = Gauge(
    "sweep.finished.age",
    "s",
    "Time since a walk of this kind last finished; since the first start while none has.",
    {"sweep": ("bucket", "waiting", "completed")},
)
SWEEP_REFUSED = Gauge(
    "sweep.refused",
    "1",
    "1 from a walk that refused to believe in its orphans until one ends well.",
)
DELETIONS = Counter(
    "deletion.count",
    "{object}",
    "Deletions that were queued, by their end: deleted, kept since the upload completed with it,"
    " or failed for now.",
    {"outcome": ("deleted", "kept", "failed", OTHER)},
)
TOMBSTONES = Gauge(
    "deletion.tombstones",
    "{object}",
    "Tombstones by state; `stuck` ones have failed gc.stuck_after times.",
    {"state": ("queued", "stuck", "done")},
)
PRUNED = Counter(
    "retention.pruned.count",
    "{row}",
    "Rows removed after their retention.",
    {"table": ("inbox_events", "upload_events", "uploads", "object_deletions", OTHER)},
)
WORKER_HEALTHY = Gauge(
    "worker.healthy",
    "1",
    "1 while a worker gets its work done, 0 while it is stalled; of this process's workers alone.",
    {
        "worker": (
            "outbox",
            "outbox_pruning",
            "reaper",
            "deletions",
            "waiting_sweep",
            "bucket_sweep",
            "pruning",
            OTHER,
        )
    },
)
ROUNDS_FAILED = Counter(
    "worker.round.failed.count",
    "{round}",
    "Rounds of workers that failed and are tried again.",
    {"worker": WORKER_HEALTHY.labels["worker"]},
)

UPKEEP_METRICS = (
    REAPED,
    SWEEP_RUNS,
    SWEPT,
    SWEEP_AGE,
    SWEEP_REFUSED,
    DELETIONS,
    TOMBSTONES,
    PRUNED,
    WORKER_HEALTHY,
    ROUNDS_FAILED,
)
