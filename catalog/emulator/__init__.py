"""Google Cloud Storage, Pub/Sub, OIDC issuer and signBlob on loopback."""

from catalog.emulator.keys import EmulatorKeys
from catalog.emulator.server import Emulator, run_emulator
from catalog.emulator.settings import EmulatorSettings, NonLoopbackHostError

__all__ = ["Emulator", "EmulatorKeys", "EmulatorSettings", "NonLoopbackHostError", "run_emulator"]
