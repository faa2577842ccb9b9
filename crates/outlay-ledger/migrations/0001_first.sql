-- Key and value of the ledger as a whole: format, salt, settings.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The only commit point: a data version is a row here.
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    import INTEGER,
    mapping INTEGER NOT NULL,
    book TEXT NOT NULL
) STRICT;

-- A Parquet file, visible to the snapshots from added to removed (excluded). A rollup belongs to its data file.
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    part TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    parent INTEGER REFERENCES file(id),
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    hash TEXT NOT NULL,
    first_time INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    zone TEXT NOT NULL,
    added INTEGER NOT NULL REFERENCES snapshot(id),
    removed INTEGER
) STRICT;
CREATE INDEX file_seen ON file(dataset, removed, added);

CREATE TABLE import (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('kept', 'undone'))
) STRICT;

CREATE TABLE import_file (
    import INTEGER NOT NULL REFERENCES import(id),
    file INTEGER NOT NULL,
    hash TEXT NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (import, file)
) STRICT;

CREATE TABLE rejected (
    import INTEGER NOT NULL REFERENCES import(id),
    file INTEGER NOT NULL,
    line INTEGER NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    value TEXT NOT NULL
) STRICT;
CREATE INDEX rejected_import ON rejected(import, file, line);

-- Which records a source has on which UTC day, by import, so that coverage costs no scan and undo is exact.
CREATE TABLE presence (
    import INTEGER NOT NULL REFERENCES import(id),
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    day INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (import, kind, provider, account, day)
) STRICT, WITHOUT ROWID;

-- What a call stores instead of a cost: the identity of its price.
CREATE TABLE rate_set (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    channel TEXT NOT NULL,
    model TEXT NOT NULL,
    region TEXT NOT NULL,
    tier TEXT NOT NULL,
    slot TEXT NOT NULL,
    UNIQUE (provider, channel, model, region, tier, slot)
) STRICT;

-- What a rate set costs, from a mapping version on: JSON of the price entries that apply, empty where unpriced.
CREATE TABLE rate_mapping (
    rate_set INTEGER NOT NULL REFERENCES rate_set(id),
    version INTEGER NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (rate_set, version)
) STRICT, WITHOUT ROWID;

-- The user's own prices and aliases, as given, in order.
CREATE TABLE user_price (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    csv TEXT NOT NULL
) STRICT;
CREATE TABLE alias (
    provider TEXT NOT NULL,
    id TEXT NOT NULL,
    means_provider TEXT NOT NULL,
    means_model TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE name (
    dimension TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    team TEXT NOT NULL,
    cost_centre TEXT NOT NULL,
    PRIMARY KEY (dimension, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mapping (
    signature TEXT PRIMARY KEY,
    toml TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Which source heads a provider account from a day to a day.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Readers that pin a snapshot; vacuum passes over it until the pin expires.
CREATE TABLE pin (
    id INTEGER PRIMARY KEY,
    snapshot INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

-- Append-only chain: each entry's hash covers the one before.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
