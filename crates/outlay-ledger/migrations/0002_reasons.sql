-- Why a source was chosen. An empty source is a decision too: the usual order holds again.
ALTER TABLE decision ADD COLUMN reason TEXT NOT NULL DEFAULT '';
