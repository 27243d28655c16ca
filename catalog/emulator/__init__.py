"""Google Cloud Storage, Pub/Sub push, OIDC issuer and signBlob on one loopback port."""

from catalog.emulator.server import Emulator, run_emulator
from catalog.emulator.settings import EmulatorSettings, NonLoopbackHostError

__all__ = ["Emulator", "EmulatorSettings", "NonLoopbackHostError", "run_emulator"]
