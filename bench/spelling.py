"""Figures as people read them."""

from bench.sample import BUSY, CPU, P50, P95, P99, RATE
from bench.spread import Spread

_MICROSECONDS = {CPU}
_MILLISECONDS = {P50, P95, P99}
_BYTES = {"client_upload", "client_hash", "curl_upload", "bare_hash"}


def spelled(value: float, figure: str, activity: str = "") -> str:
    """Spell one value with its unit."""
    if figure == CPU and activity in _BYTES:
        return f"{value * 2**20 * 1e6:,.0f} us/MiB"
    if figure in _MICROSECONDS:
        return f"{value * 1e6:,.0f} us"
    if figure in _MILLISECONDS:
        return f"{value * 1e3:,.2f} ms"
    if figure == BUSY or figure.endswith("_busy"):
        return f"{value:.0%}"
    if figure == RATE:
        return f"{value / 2**20:,.0f} MiB/s" if activity in _BYTES else f"{value:,.0f}/s"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratio(value: float, unit: str) -> str:
    """Spell a ratio, or a figure that is a bar by itself."""
    match unit:
        case "x":
            return f"{value:.2f} x"
        case "s":
            return f"{value * 1e3:,.1f} ms"
        case _:
            return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.3g} {unit}"


def with_spread(spread: Spread, spell: str) -> str:
    """Add how far apart the rounds are."""
    return f"{spell} ({spread.share:.0%})" if spread.rounds > 1 else spell
