"""What the load generator asks of tables that have grown: any row of them, none twice as likely."""

from bench.grown.model import Fate, Grown, arrivals, fresh, some
from bench.items import Item
from bench.load import grpc_connection, http_connection
from bench.load.grpc_frames import Call, header_block
from bench.load.http_connection import Post, post
from bench.load.messages import UPLOADS, spell_get, spell_init
from bench.load.paced import Asked, Paced, ask_in_turns
from catalog.api.video.v1 import upload_pb2

_PATH = "/_/gcs/callback"
_POSTERS = 16
_SPARE = 8
Target = dict[str, int]
"""`rows`, `port` and `server` (a process)."""


async def paced_calls(
    *, kind: str, targets: list[Target], rate: float, seconds: float, warm_seconds: float, tag: str
) -> dict[str, object]:
    """Call both services."""
    both = []
    for target in targets:
        items = _items(kind, tag, target["rows"], _count(rate, seconds + warm_seconds))
        asking: Paced[Call] = Paced(iter([_call(kind, item) for item in items]))
        connection = await grpc_connection.connected(target["port"], asking, 1)
        both.append(Asked.of(asking, [connection], target["server"]))
    return {"both": await ask_in_turns(both, rate=rate, seconds=seconds, warm_seconds=warm_seconds)}


async def paced_pushes(
    *,
    kind: str,
    targets: list[Target],
    rate: float,
    seconds: float,
    warm_seconds: float,
    tag: str,
    token: str,
) -> dict[str, object]:
    """Push to both services."""
    headers = {"authorization": f"Bearer {token}"}
    both = []
    for target in targets:
        items = _items(kind, tag, target["rows"], _count(rate, seconds + warm_seconds))
        posts = [post(_PATH, item.push_body(), headers, 204) for item in items]
        asking: Paced[Post] = Paced(iter(posts))
        connections = [
            await http_connection.connected(target["port"], asking) for _ in range(_POSTERS)
        ]
        both.append(Asked.of(asking, connections, target["server"]))
    return {"both": await ask_in_turns(both, rate=rate, seconds=seconds, warm_seconds=warm_seconds)}


def _count(rate: float, seconds: float) -> int:
    return round(rate * seconds) + _SPARE


def _items(kind: str, tag: str, rows: int, count: int) -> list[Grown]:
    match kind:
        case "new":
            return list(fresh(tag, rows, count))
        case "repeated":
            return list(some(rows, count, Fate.WAITING))
        case "completed":
            return list(some(rows, count, Fate.COMPLETED))
        case "duplicate":
            return list(arrivals(rows, count))
        case _:
            return list(some(rows, count))


def _call(kind: str, item: Item) -> Call:
    method, message = {"get": ("GetUpload", spell_get), "list": ("ListUploads", _list)}.get(
        kind, ("InitResumableUpload", spell_init)
    )
    headers = header_block(UPLOADS + method, (("user_id", str(item.user)),))
    return Call(headers, message(item))


def _list(_item: Item) -> bytes:
    return upload_pb2.ListUploadsRequest().SerializeToString()
