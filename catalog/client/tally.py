"""What an upload took, counted as it goes."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Over all sessions of one run."""

    bytes_sent: int = 0
    resumed_from: int = 0
    resumes: int = 0
    """How often it was taken up again after an interruption."""
    offset_mismatches: int = 0
    """How often the session held fewer bytes than it should."""
    refusals: int = 0
    """How often Cloud Storage said that the object is there already (412)."""
