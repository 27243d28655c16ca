"""Nobody of a crowd takes a call that was cut off for one that was answered."""

import asyncio
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from catalog.api.video.v1 import upload_pb2, video_pb2
from catalog.emulator import Emulator, EmulatorSettings, run_emulator
from tests.support.acknowledged import Acknowledged
from tests.support.crowd import Crowd, so_many
from tests.support.line import Line
from tests.support.service import Rpc
from tests.support.shuffled_news import ShuffledNews


class CutOff(Line):
    """One that hangs up on every first call, as a channel does that is closed."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self._calls, self._made = 0, str(uuid.uuid4())

    @property
    def rpc(self) -> Rpc:
        uploads = SimpleNamespace(InitResumableUpload=self._init, GetUpload=self._look)
        return cast(
            "Rpc", SimpleNamespace(uploads=uploads, videos=SimpleNamespace(CreateVideo=self._video))
        )

    async def _init(self, *_: object, **__: object) -> upload_pb2.InitResumableUploadResponse:
        self._hang_up()
        return upload_pb2.InitResumableUploadResponse(upload_id=self._made)

    async def _look(self, *_: object, **__: object) -> upload_pb2.GetUploadResponse:
        return upload_pb2.GetUploadResponse(upload_id=self._made)

    async def _video(self, *_: object, **__: object) -> video_pb2.CreateVideoResponse:
        self._hang_up()
        return video_pb2.CreateVideoResponse(video=video_pb2.Video(video_id=self._made))

    def _hang_up(self) -> None:
        self._calls += 1
        if self._calls % 2:
            raise asyncio.CancelledError


async def test_who_is_cut_off_calls_again_until_there_is_an_answer(tmp_path: Path) -> None:
    said = Acknowledged()
    async with run_emulator(EmulatorSettings(data_dir=tmp_path)) as emulator:
        news = ShuffledNews(emulator, said, window=100)
        await Crowd(emulator, CutOff(emulator), said, news).upload(so_many(1))
    assert len(said.uploads) == 1
    assert said.refused["CANCELLED"] > 0
