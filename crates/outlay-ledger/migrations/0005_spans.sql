-- Whether a file tells spans, of which those above may repeat the tokens of those below.
ALTER TABLE import_file ADD COLUMN spans INTEGER NOT NULL DEFAULT 0;
