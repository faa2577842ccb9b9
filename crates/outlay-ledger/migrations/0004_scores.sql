-- Scores that lie in the rows of a file of calls.
ALTER TABLE file ADD COLUMN scores INTEGER NOT NULL DEFAULT 0;
