"""Reads a company file with DuckDB and sqlite3 alone, and says what is in it as JSON.

Nothing of Outlay runs here: the files that count come from the catalogue's newest data version, sums are SQL over the
Parquet files, and prices are the published list prices below. Usage: reader.py LEDGER [MONTH]
"""

import json
import pathlib
import sqlite3
import sys

import duckdb

# Pico-dollars a token from a UTC day on: input, cache read, 5-minute write, 1-hour write, output, and the total input
# above which the row applies. From the list prices in sample-data/SOURCES.md.
PRICES = [
    ("gpt-4o-2024-08-06", "2026-08-01", 0, 2_500_000, 1_250_000, 0, 0, 10_000_000),
    ("gpt-4.1-2025-04-14", "2026-08-01", 0, 2_000_000, 500_000, 0, 0, 8_000_000),
    ("gpt-4.1-mini-2025-04-14", "2026-08-01", 0, 400_000, 100_000, 0, 0, 1_600_000),
    ("gpt-5-mini-2025-08-07", "2026-08-01", 0, 250_000, 25_000, 0, 0, 2_000_000),
    ("gpt-5.4-pro-2026-03-05", "2026-08-01", 0, 30_000_000, 0, 0, 0, 180_000_000),
    ("gpt-5.6-sol", "2026-08-01", 0, 5_000_000, 500_000, 0, 0, 30_000_000),
    ("gpt-5.6-sol", "2026-08-21", 0, 4_000_000, 400_000, 0, 0, 20_000_000),
    ("o3-2025-04-16", "2026-08-01", 0, 2_000_000, 500_000, 0, 0, 8_000_000),
    ("text-embedding-3-small", "2026-08-01", 0, 20_000, 0, 0, 0, 0),
    ("claude-sonnet-4-5-20250929", "2026-08-01", 0, 3_000_000, 300_000, 3_750_000, 6_000_000, 15_000_000),
    ("claude-haiku-4-5-20251001", "2026-08-01", 0, 1_000_000, 100_000, 1_250_000, 2_000_000, 5_000_000),
    ("claude-opus-4-5-20251101", "2026-08-01", 0, 5_000_000, 500_000, 6_250_000, 10_000_000, 25_000_000),
    ("gemini-2.5-pro", "2026-08-01", 0, 1_250_000, 125_000, 0, 0, 10_000_000),
    ("gemini-2.5-pro", "2026-08-01", 200_000, 2_500_000, 250_000, 0, 0, 15_000_000),
    ("gemini-2.5-flash", "2026-08-01", 0, 300_000, 30_000, 0, 0, 2_500_000),
]
BUCKETS = ["uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_unknown", "output", "reasoning"]


def main(ledger, month):
    root = pathlib.Path(ledger)
    catalogue = sqlite3.connect(f"file:{root / 'outlay.db'}?mode=ro", uri=True)
    seen = {}
    for dataset, path in catalogue.execute("SELECT dataset, path FROM file WHERE removed IS NULL ORDER BY path"):
        seen.setdefault(dataset, []).append(str(root / "data" / path))
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    sums = ", ".join(f"coalesce(sum({bucket}), 0)::BIGINT AS {bucket}" for bucket in BUCKETS)
    out = {"files": {name: len(paths) for name, paths in seen.items()}}

    def table(name):
        if name not in seen:
            return False
        files = f"read_parquet({seen[name]!r}, hive_partitioning = false, union_by_name = true)"
        columns = {row[0] for row in db.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()}
        # Recorded costs are multiples of what a file says that they are.
        cost = "recorded_cost * coalesce(recorded_unit, 1)" if "recorded_unit" in columns else "recorded_cost"
        told = f" REPLACE ({cost} AS recorded_cost)" if "recorded_cost" in columns else ""
        if "amount_low" in columns:
            # So are sums of them, which are then whole; else they lie in two parts.
            unit = "coalesce(recorded_unit, 1)" if "recorded_unit" in columns else "1"
            high = "coalesce(amount_high, 0)" if "amount_high" in columns else "0"
            told += f", {high}::HUGEINT * 1000000 + amount_low::HUGEINT * {unit} AS recorded"
        db.execute(f"CREATE VIEW \"{name}\" AS SELECT *{told} FROM {files}")
        return True

    def rows(sql):
        found = db.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]

    in_month = f"strftime(time, '%Y-%m') = '{month}'"
    out["records"] = {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in list(seen) if table(name)}
    if "calls" in seen:
        # The first score of a call lies in its row.
        in_rows = db.execute("SELECT count(score_name) FROM calls").fetchone()[0]
        out["records"]["scores"] = out["records"].get("scores", 0) + in_rows
        out["calls"] = rows(f"""
            SELECT coalesce(provider, '') AS provider, count(*) AS calls, count_if(status = 'error') AS errors,
                   count_if(attempt > 1) AS retries, coalesce(sum(recorded_cost), 0)::VARCHAR AS recorded_pico, {sums}
            FROM calls WHERE {in_month} GROUP BY 1 ORDER BY 1""")
        db.execute("""CREATE TABLE price (model VARCHAR, since TIMESTAMPTZ, above BIGINT,
            i HUGEINT, r HUGEINT, w5 HUGEINT, w1 HUGEINT, o HUGEINT)""")
        db.executemany("INSERT INTO price VALUES (?, ?, ?, ?, ?, ?, ?, ?)", PRICES)
        out["features"] = rows(f"""
            WITH sized AS (
                SELECT *, uncached_input + cache_read + cache_write_5m + cache_write_1h + cache_write_unknown AS size
                FROM calls WHERE {in_month}),
            priced AS (
                SELECT c.feature, p.model IS NOT NULL AS known,
                       c.uncached_input * p.i + c.cache_read * p.r + (c.cache_write_5m + c.cache_write_unknown) * p.w5
                       + c.cache_write_1h * p.w1 + c.output * p.o AS pico
                FROM sized c LEFT JOIN price p ON p.model = c.model AND p.since <= c.time
                     AND (c.size > p.above OR p.above = 0)
                QUALIFY row_number() OVER (PARTITION BY c.import, c.file, c.row
                                           ORDER BY p.since DESC, p.above DESC) = 1)
            SELECT coalesce(feature, '') AS feature, count(*) AS calls, count_if(NOT known) AS unpriced,
                   coalesce(sum(pico), 0)::VARCHAR AS pico
            FROM priced GROUP BY 1 ORDER BY 1""")
        # What is rolled up must be what is in the rows.
        for rollup in ["rollup-a", "rollup-a-day", "rollup-a-hour", "rollup-b"]:
            same = rows(f"SELECT sum(records)::BIGINT AS records, sum(errors)::BIGINT AS errors, "
                        f"sum(recorded)::VARCHAR AS recorded_pico, {sums} FROM \"{rollup}\"")[0]
            want = rows("SELECT count(*) AS records, count_if(status = 'error') AS errors, "
                        f"coalesce(sum(recorded_cost), 0)::VARCHAR AS recorded_pico, {sums} FROM calls")[0]
            out.setdefault("rollups", {})[rollup] = same == want
    if "charges" in seen:
        kind = db.execute("SELECT typeof(billed) FROM charges LIMIT 1").fetchone()[0]
        out["billed_type"] = kind
        out["charges"] = rows(f"""
            SELECT provider, currency, count(*) AS lines, sum(billed)::VARCHAR AS billed
            FROM charges WHERE {in_month} GROUP BY 1, 2 ORDER BY 1, 2""")
    if "usage" in seen:
        out["usage"] = rows(f"SELECT provider, {sums} FROM usage WHERE {in_month} GROUP BY 1 ORDER BY 1")
    json.dump(out, sys.stdout, indent=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "2026-10")
