"""Upkeep over the world in memory."""

from datetime import timedelta

from catalog.domain.upload import Upload
from catalog.domain.values import StoredObject
from tests.support.builders import a_stored_object, an_md5, init_facts
from tests.support.upkeep import SESSION_LIFE, Upkeep
from tests.support.world import World

OVER = SESSION_LIFE + timedelta(minutes=16)
OLD = SESSION_LIFE + timedelta(days=2)


def upkeep(world: World) -> Upkeep:
    return Upkeep(world.store, world.objects)


def put(world: World, upload: Upload, *, wrong: bool = False) -> StoredObject:
    """Store the upload's object; nobody is told."""
    stored = a_stored_object(upload, md5=an_md5() if wrong else upload.md5)
    return world.objects.put(stored, world.clock.now())


def put_orphan(world: World, age: timedelta = OLD) -> StoredObject:
    """Store an object of nobody's."""
    return world.objects.put(a_stored_object(init_facts()), world.clock.now() - age)
