"""What the dashboard shows, from promises to processes."""

from collections.abc import Sequence

from tools.dashboard.panel import JOB, Panel, Query, Row, level, per_second, quantiles, shared

_INIT = 'method="UploadService/InitResumableUpload"'


def _kept(slo: str, title: str) -> Panel:
    expr = f'1 - catalog:slo_missed:ratio_rate3d{{slo="{slo}"}}'
    says = "Share of the last three days, recorded by deploy/prometheus/rules.yaml."
    return Panel(title, "percentunit", [Query(expr, slo)], says, single=True, bad_below=0.999)


def _burn(window: str) -> Query:
    return Query(
        f'catalog:slo_missed:ratio_rate{window}{{slo=~".+"}} / 0.001', f"{{{{slo}}}} {window}"
    )


_PROMISES = Row(
    "Promises: 99.9 %",
    [
        _kept("init", "Init within 300 ms"),
        _kept("callback", "Pushes answered within 1 s"),
        _kept("publish", "Events published within 5 s"),
        Panel(
            "Budget burnt, times the pace of 30 days",
            "short",
            [_burn("1h"), _burn("6h")],
            "Pages from 14.4 (1 h) and from 6 (6 h).",
            bad_from=6,
            width=16,
        ),
        Panel(
            "Alerts",
            "short",
            [
                Query(
                    'count by (alertname) (ALERTS{alertstate="firing", alertname=~"Catalog.+"})',
                    "{{alertname}}",
                )
            ],
            "Their pages are in docs/runbooks/.",
        ),
    ],
)
_UPLOADS = Row(
    "Uploads",
    [
        Panel("Init by result", "ops", [per_second("upload_init_count_total", "result")]),
        Panel("Init, how long", "s", quantiles("rpc_server_duration_seconds", _INIT), bad_from=0.3),
        Panel(
            "News by what came of them",
            "ops",
            [per_second("upload_finalize_count_total", "outcome")],
        ),
        Panel(
            "In the bucket until completed",
            "s",
            quantiles("upload_finalize_to_complete_lag_seconds"),
            "3 to 5 s are usual.",
        ),
        Panel("Waiting, by age", "short", [level("upload_waiting", "age")]),
        Panel(
            "Waiting past their deadline",
            "s",
            [shared("upload_waiting_oldest_overdue_seconds", "oldest")],
            "Reaped after 15 minutes.",
            bad_from=3600,
        ),
        Panel(
            "Failed and strange",
            "ops",
            [
                Query(
                    f"sum(rate(md5_mismatch_count_total{{{JOB}}}[$__rate_interval]))", "other MD5"
                ),
                Query(
                    f"sum(rate(upload_session_expired_count_total{{{JOB}}}[$__rate_interval]))",
                    "expired",
                ),
                Query(
                    f"sum(rate(upload_cancel_count_total{{{JOB}}}[$__rate_interval]))", "cancelled"
                ),
                Query(
                    f"sum(rate(upload_declaration_differs_count_total{{{JOB}}}[$__rate_interval]))",
                    "other size or type",
                ),
            ],
        ),
        Panel(
            "As clients report it",
            "ops",
            [
                Query(
                    f"sum(rate(upload_chunk_resume_count_total{{{JOB}}}[$__rate_interval]))",
                    "resumes",
                ),
                Query(
                    f"sum(rate(upload_offset_mismatch_count_total{{{JOB}}}[$__rate_interval]))",
                    "other offset",
                ),
                Query(
                    f"sum(rate(if_generation_match_violation_count_total{{{JOB}}}[$__rate_interval]))",
                    "412",
                ),
            ],
        ),
        Panel("Videos made at completion", "ops", [per_second("upload_video_created_count_total")]),
    ],
)
_PUSHES = Row(
    "Pushes",
    [
        Panel("By outcome", "ops", [per_second("callback_count_total", "outcome")]),
        Panel("How long", "s", quantiles("callback_duration_seconds"), bad_from=1),
        Panel("Told again", "ops", [per_second("callback_redelivery_count_total")]),
        Panel(
            "Set aside, by reason", "ops", [per_second("inbox_quarantine_count_total", "reason")]
        ),
        Panel(
            "Set aside or of nobody's upload",
            "short",
            [shared("inbox_quarantined", "quarantined"), shared("inbox_unknown", "unknown object")],
        ),
        Panel(
            "Issuer's keys are fresh for",
            "s",
            [level("certificates_fresh_seconds")],
            "Used for 36 hours past 0.",
            bad_below=0,
        ),
        Panel(
            "Fetches of the issuer's keys",
            "ops",
            [per_second("certificates_fetch_count_total", "result")],
        ),
    ],
)
_OUTBOX = Row(
    "Events",
    [
        Panel("Attempts by result", "ops", [per_second("outbox_attempt_count_total", "result")]),
        Panel("Commit until published", "s", quantiles("outbox_publish_lag_seconds"), bad_from=5),
        Panel(
            "Waiting and parked",
            "short",
            [shared("outbox_backlog", "waiting"), shared("outbox_parked", "parked")],
        ),
        Panel(
            "Oldest that could go",
            "s",
            [shared("outbox_oldest_age_seconds", "oldest")],
            bad_from=60,
        ),
        Panel("Shards by relay", "short", [level("outbox_relay_shards")], "64 in all."),
        Panel(
            "Topic", "short", [level("outbox_topic_up")], "1 while it takes events.", bad_below=1
        ),
    ],
)
_UPKEEP = Row(
    "Upkeep",
    [
        Panel("Reaped, by outcome", "ops", [per_second("reaper_upload_count_total", "outcome")]),
        Panel("Swept, by outcome", "ops", [per_second("sweep_item_count_total", "outcome")]),
        Panel("Walks, by end", "ops", [per_second("sweep_run_count_total", "state")]),
        Panel("Since the last walk ended", "s", [level("sweep_finished_age_seconds", "sweep")]),
        Panel("Sweep refused", "short", [shared("sweep_refused", "refused")], bad_from=1),
        Panel("Deletions", "ops", [per_second("deletion_count_total", "outcome")]),
        Panel("Tombstones", "short", [level("deletion_tombstones", "state")]),
        Panel(
            "Removed after their retention",
            "ops",
            [
                per_second("retention_pruned_count_total", "table"),
                Query(
                    f"sum(rate(outbox_pruned_count_total{{{JOB}}}[$__rate_interval]))",
                    "outbox_events",
                ),
            ],
        ),
        Panel(
            "Workers",
            "short",
            [Query(f"min by (worker) (worker_healthy{{{JOB}}})", "{{worker}}")],
            "1 while all of a kind get their work done.",
            bad_below=1,
        ),
        Panel(
            "Rounds that failed", "ops", [per_second("worker_round_failed_count_total", "worker")]
        ),
    ],
)
_PROCESS = Row(
    "Processes",
    [
        Panel("Calls by code", "reqps", [per_second("rpc_server_count_total", "code")]),
        Panel("Calls by method", "reqps", [per_second("rpc_server_count_total", "method")]),
        Panel("Calls, how long", "s", quantiles("rpc_server_duration_seconds")),
        Panel("HTTP by status", "reqps", [per_second("http_server_count_total", "status")]),
        Panel("HTTP, how long", "s", quantiles("http_server_duration_seconds")),
        Panel("Refused at once", "reqps", [per_second("limiter_refused_count_total", "scope")]),
        Panel(
            "At work",
            "short",
            [level("limiter_admitted", "scope"), level("rpc_server_active")],
        ),
        Panel("Database answers", "short", [level("db_up")], bad_below=1),
        Panel(
            "Connections",
            "short",
            [
                Query(f"sum by (state) (db_pool_connections{{{JOB}}})", "{{state}}"),
                Query(f"sum(db_pool_waiting{{{JOB}}})", "calls that wait for one"),
            ],
        ),
        Panel("Event loop late by", "s", [level("event_loop_lag_seconds")], bad_from=0.5),
        Panel("Tasks of the event loop", "short", [level("event_loop_tasks")]),
        Panel("Figures of the database are old", "s", [level("levels_age_seconds")], bad_from=300),
        Panel(
            "CPU",
            "percentunit",
            [
                Query(
                    "max by (instance)"
                    f" (rate(process_cpu_time_seconds_total{{{JOB}}}[$__rate_interval]))",
                    "{{instance}}",
                )
            ],
            "A process uses one core.",
        ),
        Panel("Memory", "bytes", [level("process_memory_usage_bytes")]),
        Panel(
            "Descriptors and threads",
            "short",
            [
                Query(f"max(process_open_file_descriptors{{{JOB}}})", "most descriptors"),
                Query(f"max(process_threads{{{JOB}}})", "most threads"),
            ],
        ),
        Panel("Up since", "s", [level("process_uptime_seconds")]),
    ],
)

ROWS: Sequence[Row] = (_PROMISES, _UPLOADS, _PUSHES, _OUTBOX, _UPKEEP, _PROCESS)
