"""All figures, in the order in which people read of them."""

from catalog.application.metrics.metric import Metric
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
