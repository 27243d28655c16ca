"""What the generator sends is what the product understands, and what the bare parts write fits."""

from bench.bare.sink import answer_to
from bench.bare.statements import claim_values, completion_values, on_bare_tables, upsert_values
from bench.items import BUCKET, PEOPLE, Item
from bench.profiled import Profile, read_stacks
from bench.sample import Measured
from catalog.adapters.http.push_envelope import parse_push
from catalog.adapters.postgres.queries import load
from catalog.application.records import Arrival
from catalog.domain.values import Md5, ObjectRef, UserId

ITEM = Item("tag", 7)


def test_the_news_of_an_item_is_an_arrival_of_its_object() -> None:
    push = parse_push(ITEM.push_body(), frozenset({BUCKET}))
    assert isinstance(push, Arrival)
    assert push.stored.ref == ObjectRef.for_upload(BUCKET, UserId(ITEM.user), Md5(ITEM.md5_hex))
    assert push.stored.ref.name == ITEM.object_name
    assert push.stored.md5 == Md5(ITEM.md5_hex)
    assert push.stored.dedup_key == ITEM.dedup_key


def test_items_of_a_tag_differ_and_are_the_same_in_every_process() -> None:
    assert len({Item("tag", number).md5_hex for number in range(500)}) == 500
    assert len({Item("tag", number).upload_id for number in range(500)}) == 500
    assert Item("tag", 7).upload_id == ITEM.upload_id
    assert Item("other", 7).upload_id != ITEM.upload_id
    assert len({Item("tag", number).user for number in range(500)}) == PEOPLE


def test_bare_statements_have_the_products_parameters() -> None:
    assert load("uploads.sql")["insert_by_user_md5"].arguments(upsert_values(ITEM))
    assert load("inbox.sql")["claim"].arguments(claim_values(ITEM))
    assert load("inbox.sql")["mark_completed"].arguments(completion_values(ITEM))


def test_bare_statements_touch_none_of_the_products_tables() -> None:
    texts = [on_bare_tables(query) for query in load("inbox.sql").values()]
    assert [text for text in texts if "catalog." in text] == []


def test_the_sink_answers_as_a_session_does() -> None:
    more = b"PUT / HTTP/1.1\r\nContent-Range: bytes 0-9/20"
    last = b"PUT / HTTP/1.1\r\ncontent-range: bytes 10-19/20"
    assert answer_to(more).startswith(b"HTTP/1.1 308 Resume Incomplete\r\nrange: bytes=0-9\r\n")
    assert answer_to(last).startswith(b"HTTP/1.1 200 ")
    assert answer_to(b"PUT / HTTP/1.1\r\nhost: x").startswith(b"HTTP/1.1 200 ")


def test_a_profile_counts_a_function_once_a_stack() -> None:
    stacks = read_stacks("main (a.py:1);f (a.py:2);f (a.py:3) 3\nmain (a.py:4) 1\n")
    profile = Profile(stacks, Measured(1, 1.0))
    assert profile.within() == {"main (a.py)": 4, "f (a.py)": 3}
    assert profile.itself() == {"f (a.py)": 3, "main (a.py)": 1}
