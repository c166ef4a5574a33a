"""The simulators of a test: started for it, and ended with it."""

import pytest

from simulator import Simulator


@pytest.fixture
def simulator():
    """Starts simulators with other options; all end with the test."""
    running = []

    def start(*options):
        running.append(Simulator(*options))
        return running[-1]

    yield start
    for sim in running:
        sim.stop()


@pytest.fixture
def sim(simulator):
    """A simulator where things take a minute."""
    return simulator("--op-delay", "60s")
