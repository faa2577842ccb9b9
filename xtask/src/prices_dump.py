"""Reads the price packages out of their wheels and prints one JSON document in which every number is a text.

Texts, so that no price ever passes through a binary float. The genai-prices data is a Python module; it is run with
recording stand-ins for its classes, which keeps its dependencies out of this.
"""
import datetime, decimal, hashlib, json, sys, zipfile


class Names(dict):
    def __missing__(self, name):
        return type(name, (Record,), {})


class Record:
    def __init__(self, *args, **kwargs):
        self.told = {"_": type(self).__name__, **kwargs}
        if args:
            self.told["args"] = list(args)


def plain(value):
    if isinstance(value, Record):
        return {key: plain(inner) for key, inner in value.told.items()}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bool, type(None))):
        return value
    return str(value)


def read(path):
    wheel = zipfile.ZipFile(path)
    meta = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    licence = next(n for n in wheel.namelist() if ".dist-info/" in n and n.upper().endswith("LICENSE"))
    head = dict(line.split(": ", 1) for line in wheel.read(meta).decode().split("\n\n")[0].splitlines() if ": " in line)
    about = {
        "name": head["Name"],
        "version": head["Version"],
        "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(),
        "licence": wheel.read(licence).decode(),
    }
    for name in wheel.namelist():
        if name == "genai_prices/data.py":
            names = Names()
            source = wheel.read(name).decode().replace("from .types import *", "")
            source = source.replace("providers: list[Provider] =", "providers =")
            exec(compile(source, name, "exec"), {}, names)
            return about, plain(names["providers"])
        if name.endswith("model_prices_and_context_window_backup.json") or name == "tokencost/model_prices.json":
            return about, json.loads(wheel.read(name), parse_float=str, parse_int=str)
    raise SystemExit(f"{path} holds no price data that is known here")


documents = []
for path in sys.argv[1:]:
    about, data = read(path)
    documents.append({"about": about, "data": data})
json.dump(documents, sys.stdout)
