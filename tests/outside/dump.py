"""Prints every value of every table of a company file as text: Parquet by DuckDB, the catalogue by sqlite3.

Usage: dump.py LEDGER
"""

import pathlib
import sqlite3
import sys

import duckdb


def show(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def main(ledger):
    root = pathlib.Path(ledger)
    db = duckdb.connect()
    for file in sorted(root.rglob("*.parquet")):
        for row in db.execute("SELECT * FROM read_parquet(?, hive_partitioning = false)", [str(file)]).fetchall():
            print(" ".join(show(value) for value in row))
    for name in ["outlay.db", "outlay.copy.db"]:
        catalogue = sqlite3.connect(f"file:{root / name}?mode=ro", uri=True)
        tables = [row[0] for row in catalogue.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in catalogue.execute(f'SELECT * FROM "{table}"'):
                print(table, " ".join(show(value) for value in row))


main(sys.argv[1])
