"""python -m labs.dashboards: draw the dashboards of the sample shop, broken, into docs/pictures."""

from __future__ import annotations

import json
import time
from pathlib import Path

from warehouse_exporter.alerting.grafana.dashboards import places, render
from warehouse_exporter.demo.postgres import Postgres

from labs.dashboards.ask import Prometheus, asked
from labs.dashboards.draw import picture
from labs.dashboards.stage import LARGE, set_up

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
FAULTS = ("items-mismatch", "null-client-ids", "attribution-stops", "new-column")
"""What is wrong in the pictures: amounts, a column, a model, a schema."""
RUNNING = 60
"""Seconds that the exporter runs before it is drawn: nothing about itself has a past."""
CHOSEN = {places.DATASET: {"dataset": "orders"}}


def main() -> None:
    """Draw."""
    FOLDER.mkdir(exist_ok=True)
    with Postgres() as server, set_up(server.create_database("shop"), LARGE) as stage:
        stage.break_(*FAULTS)
        time.sleep(RUNNING)
        for text in render(stage.config).values():
            board = json.loads(text)
            if board["uid"] == places.EXPORTER:
                board["time"]["from"] = f"now-{RUNNING}s"
            prometheus = Prometheus(stage.prometheus.url, time.time(), 1)
            panels = list(asked(board, prometheus, CHOSEN.get(board["uid"])))
            file = FOLDER / f"{board['uid']}.svg"
            file.write_text(picture(board["title"], panels, prometheus.now), encoding="utf-8")


if __name__ == "__main__":
    main()
