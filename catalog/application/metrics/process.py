"""Figures of the process: its servers, its pool, its loop and what it takes from the machine."""

from catalog.application.metrics.metric import OTHER, Counter, Gauge, Histogram

METHODS = (
    "UploadService/InitResumableUpload",
    "UploadService/GetUpload",
    "UploadService/BindUploadToVideo",
    "UploadService/CancelUpload",
    "UploadService/ListUploads",
    "UploadService/ReportUploadProgress",
    "VideoService/CreateVideo",
    "VideoService/GetVideo",
    OTHER,
)
CODES = (
    "OK",
    "CANCELLED",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "UNAUTHENTICATED",
    OTHER,
)
RPC_COUNT = Counter(
    "rpc.server.count",
    "{call}",
    "gRPC calls by method and status code.",
    {"method": METHODS, "code": CODES},
)
RPC_DURATION = Histogram(
    "rpc.server.duration",
    "s",
    "Time from the arrival of a gRPC call to its answer.",
    {"method": METHODS},
    (0.01, 0.05, 0.1, 0.3, 0.5, 1, 5),
)
RPC_ACTIVE = Gauge("rpc.server.active", "{call}", "gRPC calls being answered right now.")
ROUTES = ("callback", "healthz", "readyz", "metrics", OTHER)
HTTP_COUNT = Counter(
    "http.server.count",
    "{request}",
    "HTTP requests by route and status class.",
    {"route": ROUTES, "status": ("2xx", "4xx", "5xx")},
)
HTTP_DURATION = Histogram(
    "http.server.duration",
    "s",
    "Time from an HTTP request to its answer.",
    {"route": ROUTES},
    (0.01, 0.1, 0.5, 1, 5),
)
LIMITER_REFUSALS = Counter(
    "limiter.refused.count",
    "{call}",
    "Calls and pushes that were refused at once: the process had too many, or their user did.",
    {"scope": ("rpc", "user", "callback")},
)
LIMITER_ADMITTED = Gauge(
    "limiter.admitted",
    "{call}",
    "Calls and pushes that hold a place right now.",
    {"scope": ("rpc", "callback")},
)
DATABASE_UP = Gauge(
    "db.up", "1", "1 while the database answers a question within 1.5 s, 0 while it does not."
)
POOL_CONNECTIONS = Gauge(
    "db.pool.connections",
    "{connection}",
    "Connections to PostgreSQL by state.",
    {"state": ("used", "idle")},
)
POOL_WAITING = Gauge("db.pool.waiting", "{call}", "Who waits for a connection right now.")
LOOP_LAG = Gauge(
    "event_loop.lag", "s", "The longest time by which the event loop was late, of the last 5 s."
)
TASKS = Gauge(
    "event_loop.tasks",
    "{task}",
    "Tasks of the event loop: calls, pushes, workers and what they wait for.",
)
LEVELS_AGE = Gauge(
    "levels.age",
    "s",
    "Time since the levels that are read from the database (backlogs, ages) were last read.",
)
CPU_SECONDS = Counter(
    "process.cpu.time", "s", "CPU time that the process has used, in user and system mode."
)
MEMORY = Gauge("process.memory.usage", "By", "Resident memory of the process.")
DESCRIPTORS = Gauge("process.open_file_descriptors", "{descriptor}", "Open file descriptors.")
THREADS = Gauge("process.threads", "{thread}", "Threads of the process.")
UPTIME = Gauge("process.uptime", "s", "Time since the process started.")

PROCESS_METRICS = (
    RPC_COUNT,
    RPC_DURATION,
    RPC_ACTIVE,
    HTTP_COUNT,
    HTTP_DURATION,
    LIMITER_REFUSALS,
    LIMITER_ADMITTED,
    DATABASE_UP,
    POOL_CONNECTIONS,
    POOL_WAITING,
    LOOP_LAG,
    TASKS,
    LEVELS_AGE,
    CPU_SECONDS,
    MEMORY,
    DESCRIPTORS,
    THREADS,
    UPTIME,
)
