"""All figures, in the order in which people read of them."""

from math import prod

from catalog.application.metrics.metric import Histogram, Metric
from catalog.application.metrics.outbox import OUTBOX_METRICS
from catalog.application.metrics.process import PROCESS_METRICS
from catalog.application.metrics.pushes import PUSH_METRICS
from catalog.application.metrics.upkeep import UPKEEP_METRICS
from catalog.application.metrics.uploads import UPLOAD_METRICS

METRICS: tuple[Metric, ...] = (
    *UPLOAD_METRICS,
    *PUSH_METRICS,
    *OUTBOX_METRICS,
    *UPKEEP_METRICS,
    *PROCESS_METRICS,
)


def most_series(metric: Metric) -> int:
    """How many series it takes when everything has happened."""
    # Of a histogram: its buckets, the one without a bound, sum and count.
    each = len(metric.bounds) + 3 if isinstance(metric, Histogram) else 1
    return each * prod(len(values) for values in metric.labels.values())
