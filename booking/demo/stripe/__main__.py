"""`python -m booking.demo.stripe`: the simulator alone, for tests and for trying things out."""

import argparse
from pathlib import Path

import uvicorn

from booking.demo.stripe.app import create_simulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m booking.demo.stripe", description=__doc__)
    parser.add_argument("--store", type=Path, required=True, help="the SQLite file that keeps its state")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook-url", help="where events are told; nowhere unless given")
    parser.add_argument("--webhook-secret", default="whsec_simulated")
    parser.add_argument("--controls", action="store_true", help="open /_control, for tests")
    given = parser.parse_args()
    simulator = create_simulator(
        given.store,
        given.webhook_url,
        given.webhook_secret,
        public_url=f"http://127.0.0.1:{given.port}",
        controls=given.controls,
    )
    uvicorn.run(simulator, host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
