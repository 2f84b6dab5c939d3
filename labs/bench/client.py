"""The client of SQL written by hand: `python -m labs.bench.client FILE` prints the rows of FILE."""

from __future__ import annotations

import json
import os
import sys

import psycopg2

from labs.bench import scripts


def main(file: str) -> None:
    """Statement by statement on one connection; the rows of the named ones as JSON."""
    connection = psycopg2.connect(os.environ["WAREHOUSE_DSN"])
    connection.autocommit = True
    answers = {}
    with connection.cursor() as cursor:
        for one in scripts.read(file):
            cursor.execute(one.sql)
            if cursor.description:
                answers[one.name] = cursor.fetchall()
    connection.close()
    answers.pop("", None)
    print(json.dumps(answers, default=float))


if __name__ == "__main__":
    main(sys.argv[1])
