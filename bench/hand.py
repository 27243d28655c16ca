"""A process that does one job at a time: JSON lines in, JSON lines out.

`python -m bench.hand`. Two of them run beside the service: one asks, one does bare work.
"""

import asyncio
from collections.abc import Mapping

import uvloop

from bench.asked import Job, answer
from bench.bare import crypto, relay, statements
from bench.grown import questions
from bench.load import jobs, mixed
from bench.scenarios import client_work, held_reads, held_work

JOBS: Mapping[str, Job] = {
    "load_grpc": jobs.load_grpc,
    "load_http": jobs.load_http,
    "load_mixed": mixed.load_mixed,
    "load_cancelled": mixed.load_cancelled,
    "paced_calls": questions.paced_calls,
    "paced_pushes": questions.paced_pushes,
    "signature": crypto.signature,
    "token_check": crypto.token_check,
    "bare_upsert": statements.bare_upsert,
    "bare_select": statements.bare_select,
    "bare_completion": statements.bare_completion,
    "bare_relay": relay.bare_relay,
    "relay_drain": relay.relay_drain,
    "relay_pace": relay.relay_pace,
    "client_upload": client_work.client_upload,
    "client_hash": client_work.client_hash,
    "bare_hash": client_work.bare_hash,
    "written_and_relayed": held_work.written_and_relayed,
    "unrelated_reads": held_reads.unrelated_reads,
}


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(answer(JOBS))
