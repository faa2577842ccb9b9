-- Whether a file tells spans, of which those above may repeat the tokens of those below.
ALTER TABLE import_file ADD COLUMN spans INTEGER NOT NULL DEFAULT 0;
UPDATE import_file SET spans = 1 WHERE report ->> '$.format' IN ('otlp-json', 'openinference-json');
-- Histograms that no question read.
DELETE FROM file WHERE dataset = 'rollup-c';
