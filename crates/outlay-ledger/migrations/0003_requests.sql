-- What an import was asked to read, so that it can be read again, and the import whose place it took then.
ALTER TABLE import ADD COLUMN request TEXT NOT NULL DEFAULT '';
ALTER TABLE import ADD COLUMN replaces INTEGER REFERENCES import(id);
