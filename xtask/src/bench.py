"""Outlay and DuckDB in turn on the same files: bench.py DATA WORK OUTLAY ASK ROUNDS, by `cargo xtask bench`.

Every measurement is a process of its own: CPU seconds of it and its children from wait4, peak of RssAnon (its own
memory, without pages of files) sampled every 10 ms. Questions are asked four times in one process; the first is left
out. Then each is asked three times with another filter, which no answer that was kept can know. Every answer is checked
against DATA/truth.json. Prints one JSON document.
"""

import csv, itertools, json, os, re, shutil, statistics, subprocess, sys, threading, time
from pathlib import Path

data, work, outlay, ask, rounds = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])
rate = sys.argv[6]
truth = json.load(open(data / "truth.json"))
ASKED = 4
CHANGED = 3
# Reads all rows by its nature: asked with the same filter alone.
SLOW = "hotspots with causes and the dearest calls"

# The same for everyone: types are given, so that none has to guess them.
TYPES = {
    "timestamp": "TIMESTAMP", "cost_usd": "DOUBLE", "eval_score": "DOUBLE", "attempt": "INTEGER", "input_tokens": "BIGINT",
    "cached_input_tokens": "BIGINT", "cache_write_tokens": "BIGINT", "output_tokens": "BIGINT", "reasoning_tokens": "BIGINT",
    "latency_ms": "BIGINT", "ttft_ms": "BIGINT", "user_feedback": "INTEGER",
}
QUESTIONS = {
    "overview": "SELECT CAST(timestamp AS DATE), sum(cost_usd) FROM t GROUP BY 1 ORDER BY 1; "
    "SELECT feature, sum(cost_usd) c, count(*) FROM t GROUP BY 1 ORDER BY c DESC LIMIT 20; SELECT sum(cost_usd) FROM t",
    "hotspots": "SELECT feature, sum(cost_usd) c, count(*) FROM t GROUP BY 1 ORDER BY c DESC; SELECT sum(cost_usd) FROM t",
    "hotspots by feature, model": "SELECT feature, model, sum(cost_usd) c, count(*) FROM t GROUP BY 1, 2 ORDER BY c DESC; "
    "SELECT sum(cost_usd) FROM t",
    "hotspots with causes and the dearest calls": "WITH m AS (SELECT feature, quantile_disc(input_tokens, 0.5) i, "
    "quantile_disc(output_tokens, 0.5) o FROM t GROUP BY 1) SELECT t.feature, sum(cost_usd), "
    "sum(greatest(input_tokens - i, 0)), sum(greatest(output_tokens - o, 0)) FROM t JOIN m USING (feature) GROUP BY 1; "
    "SELECT feature, count(*), sum(cost_usd) FROM (SELECT feature, cost_usd, cached_input_tokens, "
    "row_number() OVER (PARTITION BY prompt_hash ORDER BY timestamp) n FROM t) WHERE n > 1 AND cached_input_tokens = 0 "
    "GROUP BY 1; SELECT * FROM t ORDER BY cost_usd DESC LIMIT 10; SELECT sum(cost_usd) FROM t",
    "one customer's week by day": "SELECT CAST(timestamp AS DATE), count(*), sum(cost_usd) FROM t WHERE customer = "
    "'{customer}' AND timestamp >= '{first}' AND timestamp < TIMESTAMP '{first}' + INTERVAL 7 DAY GROUP BY 1 ORDER BY 1; "
    "SELECT sum(cost_usd) FROM t WHERE customer = '{customer}' AND timestamp >= '{first}' AND timestamp < TIMESTAMP "
    "'{first}' + INTERVAL 7 DAY",
    "one customer's week by hour": "SELECT date_trunc('hour', timestamp), count(*), sum(cost_usd) FROM t WHERE customer = "
    "'{customer}' AND timestamp >= '{first}' AND timestamp < TIMESTAMP '{first}' + INTERVAL 7 DAY GROUP BY 1 ORDER BY 1; "
    "SELECT sum(cost_usd) FROM t WHERE customer = '{customer}' AND timestamp >= '{first}' AND timestamp < TIMESTAMP "
    "'{first}' + INTERVAL 7 DAY",
    "first page of calls, dearest first": "SELECT * FROM t ORDER BY cost_usd DESC LIMIT 100; SELECT sum(cost_usd) FROM t",
    "trend": "SELECT CAST(timestamp AS DATE), sum(cost_usd) FROM t GROUP BY 1 ORDER BY 1; SELECT sum(cost_usd) FROM t",
}
IMPORT = """
import duckdb, sys
db, source, types = sys.argv[1:]
c = duckdb.connect(db)
read = "read_json" if source.endswith("jsonl") else "read_csv"
how = ", format='newline_delimited'" if source.endswith("jsonl") else ", header=true"
c.execute(f"CREATE TABLE t AS SELECT * FROM {read}('{source}'{how}, columns={types})")
c.close()
"""
ANSWER = """
import duckdb, json, sys, time
c = duckdb.connect(sys.argv[1], read_only=True)
# A long query would draw it into the line of its answer.
c.execute("SET enable_progress_bar = false")
for line in sys.stdin:
    start = time.perf_counter()
    for statement in json.loads(line).split(";"):
        rows = c.execute(statement).fetchall()
    print(json.dumps({"seconds": time.perf_counter() - start, "total": rows[0][0]}), flush=True)
"""


def measured(command, stdin=None):
    """Standard output, CPU seconds, seconds and MB of a process."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    peak, done = [0], threading.Event()

    def watch():
        while not done.wait(0.01):
            try:
                status = open(f"/proc/{process.pid}/status").read()
                peak[0] = max(peak[0], int(status.split("RssAnon:")[1].split()[0]))
            except (OSError, IndexError):
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    writer = threading.Thread(target=lambda: (process.stdin.write(stdin or ""), process.stdin.close()))
    writer.start()
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    writer.join()
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return out, {"cpu": usage.ru_utime + usage.ru_stime, "wall": seconds, "mb": peak[0] / 1024}


def size(path):
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file()) if path.is_dir() else path.stat().st_size


def near(got, nano):
    return abs(got * 1e9 - nano) <= max(2, 1e-9 * nano)


def user_prices():
    """The data's own made-up prices as a rate file, so that both sides must come to the same total."""
    provider = {}
    with open(data / "requests.csv") as rows:
        for row in csv.DictReader(rows):
            provider.setdefault(row["model"], row["provider"])
            if len(provider) == len(truth["model"]):
                break
    path = work / "prices.csv"
    with open(path, "w", newline="") as out:
        write = csv.writer(out)
        write.writerow(["provider", "model", "uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "currency"])
        for row in csv.DictReader(open(data / "prices.csv")):
            per_million = {k: f"{int(v) // 1000}.{int(v) % 1000:03d}" for k, v in row.items() if k != "model"}
            write.writerow([provider[row["model"]], row["model"], per_million["p_in"], per_million["p_cached"],
                            per_million["p_write"], per_million["p_write"], per_million["p_out"], "USD"])
    return path


def columns(source):
    first = next(csv.reader(open(data / "requests.csv")))
    return "{" + ", ".join(f"'{c}': '{TYPES.get(c, 'VARCHAR')}'" for c in first) + "}"


def imports(source):
    """One round: both read the file; gives both measurements."""
    db, ledger = work / "d.duckdb", work / "ledger"
    db.unlink(missing_ok=True)
    shutil.rmtree(ledger, ignore_errors=True)
    _, theirs = measured([sys.executable, "-c", IMPORT, str(db), str(source), columns(source)])
    subprocess.run([outlay, "--ledger", str(ledger), "prices", "import", "--allow-odd", str(user_prices())], check=True,
                   stdout=subprocess.DEVNULL)
    out, ours = measured([outlay, "--ledger", str(ledger), "--json", "import", str(source)])
    reply = json.loads(out)
    rows = sum(m["rows"] for m in truth["model"].values())
    kept = reply["imported"] == rows and reply["rejected"] == 0
    if not kept:
        print(f"{source.name}: {reply['imported']} of {rows} rows, {reply['rejected']} refused", file=sys.stderr)
    theirs["stored"], ours["stored"] = size(db) / 1e6, size(ledger) / 1e6
    return {"duckdb": theirs, "outlay": ours, "right": kept}


def spans():
    """The same kind of calls as OTLP/JSON, a line a batch, imported by Outlay alone."""
    folder, ledger = data.parent / "otlp", work / "spans"
    if not (folder / "truth.json").is_file():
        return None
    shutil.rmtree(ledger, ignore_errors=True)
    source = folder / "requests.otlp.ndjson"
    out, ours = measured([outlay, "--ledger", str(ledger), "--json", "import", str(source)])
    rows = sum(m["rows"] for m in json.load(open(folder / "truth.json"))["model"].values())
    shutil.rmtree(ledger, ignore_errors=True)
    return {"cpu": ours["cpu"], "bytes": size(source), "rows": rows, "right": json.loads(out)["imported"] == rows}


def questions():
    """One round: both answer every question ASKED times in one process; medians without the first."""
    import datetime

    first = datetime.date.fromisoformat(truth["first_day"])
    whole = {"from": str(first), "to": str(first + datetime.timedelta(days=truth["days"] - 1)), "zone": "UTC", "month": None, "conditions": []}
    week = truth["q7_customer_week"]
    begin = datetime.date.fromisoformat(week["first_day"])
    customer = whole | {"from": str(begin), "to": str(begin + datetime.timedelta(days=6)),
                        "conditions": [{"dimension": "customer", "values": [week["customer"]], "negate": False}]}
    requests = {
        "overview": ("overview", {"filter": whole}),
        "hotspots": ("hotspots", {"filter": whole, "by": ["feature"], "from_sums": True}),
        "hotspots by feature, model": ("hotspots", {"filter": whole, "by": ["feature", "model"], "from_sums": True}),
        "hotspots with causes and the dearest calls": ("hotspots", {"filter": whole, "by": ["feature"]}),
        "one customer's week by day": ("trend", {"filter": customer, "by": "day"}),
        "one customer's week by hour": ("trend", {"filter": customer, "by": "weekday_hour"}),
        "first page of calls, dearest first": ("calls", {"filter": whole, "order": "cost", "limit": 100}),
        "trend": ("trend", {"filter": whole, "by": "day"}),
    }
    theirs, _ = measured([sys.executable, "-c", ANSWER, str(work / "d.duckdb")],
                         "".join(json.dumps(q.format(customer=week["customer"], first=begin)) + "\n"
                                 for q in QUESTIONS.values() for _ in range(ASKED)))
    changes = itertools.count(1)
    models = sorted(truth["model"])

    def changed(request):
        """Another page, customer, or period and model."""
        at = next(changes)
        if "limit" in request:
            return request | {"offset": 100 * at}
        filter = request["filter"]
        if filter["conditions"]:
            other = filter["conditions"][0] | {"values": [f"cust-{at + 2:04}"]}
            return request | {"filter": filter | {"conditions": [other]}}
        only = {"dimension": "model", "values": [models[at % len(models)]], "negate": False}
        return request | {"filter": filter | {"from": str(first + datetime.timedelta(days=at)), "conditions": [only]}}

    asked = [(c, r) for c, r in requests.values() for _ in range(ASKED)]
    asked += [(c, changed(r)) for name, (c, r) in requests.items() if name != SLOW for _ in range(CHANGED)]
    ours, memory = measured([ask, str(work / "ledger")], "".join(json.dumps({"command": c, "request": r}) + "\n" for c, r in asked))
    theirs, ours = ([json.loads(x) for x in told.splitlines()] for told in (theirs, ours))
    anew = iter(x["seconds"] for x in ours[len(requests) * ASKED :])
    total = sum(m["cost_nano"] for m in truth["model"].values())
    result = {}
    for at, name in enumerate(QUESTIONS):
        a, b = theirs[at * ASKED : (at + 1) * ASKED], ours[at * ASKED : (at + 1) * ASKED]
        reply = b[-1]["reply"]
        found = reply["cost"] if "cost" in reply else reply.get("total")
        want = sum(hour["cost_nano"] for hour in week["hours"].values()) if "week" in name else total
        right = near(a[-1]["total"], want) and found is not None and near(float(found["amount"]), want)
        if not right:
            print(f"{name}: {found}, expected {want} nano; DuckDB {a[-1]['total']}", file=sys.stderr)
        result[name] = {
            "duckdb": statistics.median(x["seconds"] for x in a[1:]),
            "outlay": statistics.median(x["seconds"] for x in b[1:]),
            "first": b[0]["seconds"],
            "changed": statistics.median(itertools.islice(anew, CHANGED)) if name != SLOW else None,
            "right": right,
        }
    return result, memory["mb"]


# What a function's time counts as: the first that a frame matches, from the innermost frame outwards.
PARTS = [
    ("read and decompress", r"\b(read|pread|__read|copy_to_user|zstd.*decomp|inflate)\b|ZSTD_decompress"),
    ("parse", r"sonic_rs|outlay_import|csv_core|memchr"),
    ("compress", r"ZSTD_|HUF_|FSE_|zstd"),
    ("encode and decode Parquet", r"polars_parquet|polars_io::parquet"),
    ("hash identities", r"xxh3|xxhash"),
    ("hash texts and files", r"blake3"),
    ("redact", r"redact|regex_automata|aho_corasick"),
    ("price", r"outlay_price|pricing::"),
    ("roll up", r"datasets::rollup"),
    ("decide duplicates", r"datasets::dedupe"),
    ("spill", r"datasets::spill|io_ipc|arrow::io::ipc"),
    ("words and columns", r"outlay_ledger::import|datasets::(words|buffer|ids)"),
    ("sort, take and put together", r"polars_core|polars_ops|polars_compute|polars_arrow|publish::"),
    ("answer", r"outlay_analysis|outlay_ledger::view|polars_"),
    ("catalogue", r"sqlite|sqlx"),
]


def profile(command, stdin=None):
    """Shares of CPU time by part, from perf's samples of call stacks; none where there is no perf."""
    if not shutil.which("perf"):
        return []
    data = work / "perf.data"
    run = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "199", "--call-graph", "dwarf,8192", "-o", str(data), "--", *command]
    subprocess.run(run, input=stdin, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    script = subprocess.Popen(["perf", "script", "-i", str(data), "-F", "ip,sym", "--no-inline"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    counts, part, frames = {}, None, 0
    for line in script.stdout:
        frame = line.strip()
        if not frame:
            if frames:
                counts[part or "system and the rest"] = counts.get(part or "system and the rest", 0) + 1
            part, frames = None, 0
            continue
        frames += 1
        if part is None:
            part = next((name for name, pattern in PARTS if re.search(pattern, frame)), None)
    data.unlink()
    whole = sum(counts.values()) or 1
    return [[name, n / whole] for name, n in sorted(counts.items(), key=lambda x: -x[1]) if n / whole >= 0.005]


def profiles():
    """Where the time of an import and of the questions that read rows goes."""
    ledger = work / "ledger"
    shutil.rmtree(ledger, ignore_errors=True)
    subprocess.run([outlay, "--ledger", str(ledger), "prices", "import", "--allow-odd", str(user_prices())], check=True,
                   stdout=subprocess.DEVNULL)
    source = data / "requests.jsonl"
    return {f"importing {source.name}": profile([outlay, "--ledger", str(ledger), "--json", "import", str(source)])}


import duckdb

work.mkdir(parents=True, exist_ok=True)
found = {"duckdb": duckdb.__version__, "rows": sum(m["rows"] for m in truth["model"].values()), "import": {}, "questions": {}, "mb": [], "spans": [], "priced": [], "profiles": {}}
for _ in range(rounds):
    for name in ("requests.csv", "requests.jsonl"):
        found["import"].setdefault(name, []).append(imports(data / name) | {"bytes": size(data / name)})
    answers, mb = questions()
    found["mb"].append(mb)
    for name, answer in answers.items():
        found["questions"].setdefault(name, []).append(answer)
if found["rows"] <= 1_000_000:
    found["spans"] = [told for told in (spans() for _ in range(rounds)) if told]
    found["priced"] = [json.loads(measured([rate, "20000000"])[0]) for _ in range(rounds)]
    found["profiles"] = profiles()
json.dump(found, sys.stdout)
