"""The dashboard in Grafana's JSON (Grafana docs, "JSON model"), for Grafana 10.4 and newer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from tools.dashboard.panel import Panel, Query, Row

_COLUMNS = 24
_HEIGHT = 8
_SINGLE_HEIGHT = 4
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
Json = Mapping[str, Any]


def rendered(rows: Sequence[Row]) -> str:
    """Give the file's text."""
    return json.dumps(_dashboard(list(_panels(rows))), indent=1) + "\n"


def _dashboard(panels: Sequence[Json]) -> Json:
    return {
        "uid": "catalog",
        "title": "Catalog",
        "description": "Made by `make docs` from tools/dashboard/rows.py; changes here are lost.",
        "tags": ["catalog"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "utc",
        "templating": {"list": [_source_variable()]},
        "annotations": {"list": []},
        "panels": panels,
    }


def _source_variable() -> Json:
    return {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "hide": 0,
        "current": {},
        "options": [],
    }


def _panels(rows: Sequence[Row]) -> Iterator[Json]:
    ids, top = count(1), 0
    for row in rows:
        yield _heading(next(ids), row.title, top)
        top, left, tallest = top + 1, 0, 0
        for panel in row.panels:
            height = _SINGLE_HEIGHT if panel.single else _HEIGHT
            if left + panel.width > _COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            place = {"x": left, "y": top, "w": panel.width, "h": height}
            yield _panel(next(ids), panel, place)
            left, tallest = left + panel.width, max(tallest, height)
        top += tallest


def _heading(number: int, title: str, top: int) -> Json:
    place = {"x": 0, "y": top, "w": _COLUMNS, "h": 1}
    return {
        "id": number,
        "type": "row",
        "title": title,
        "gridPos": place,
        "collapsed": False,
        "panels": [],
    }


def _panel(number: int, panel: Panel, place: Mapping[str, int]) -> Json:
    return {
        "id": number,
        "type": "stat" if panel.single else "timeseries",
        "title": panel.title,
        "description": panel.says,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _single_options() if panel.single else _lines_options(),
        "targets": [_target(chr(ord("A") + at), query) for at, query in enumerate(panel.queries)],
    }


def _field(panel: Panel) -> Json:
    defaults: dict[str, Any] = {"unit": panel.unit, "thresholds": _thresholds(panel)}
    if panel.single:
        return {**defaults, "decimals": 3, "color": {"mode": "thresholds"}}
    lines = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 5, "showPoints": "never"}
    if panel.bad_from is not None:
        lines["thresholdsStyle"] = {"mode": "dashed"}
    return {**defaults, "min": None if panel.bad_below == 0 else 0, "custom": lines}


def _thresholds(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.bad_from is not None:
        steps.append({"color": "red", "value": panel.bad_from})
    if panel.bad_below is not None:
        steps = [{"color": "red", "value": None}, {"color": "green", "value": panel.bad_below}]
    return {"mode": "absolute", "steps": steps}


def _single_options() -> Json:
    return {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "area",
        "textMode": "value",
    }


def _lines_options() -> Json:
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _target(name: str, query: Query) -> Json:
    return {
        "refId": name,
        "datasource": _SOURCE,
        "expr": query.expr,
        "legendFormat": query.legend,
        "range": True,
        "instant": False,
    }
