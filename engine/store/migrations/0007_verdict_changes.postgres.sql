CREATE UNIQUE INDEX verdict_change_seq ON verdict_change (seq);
CREATE INDEX verdict_change_identity ON verdict_change (obligation, subject, occasion, seq);
CREATE INDEX verdict_change_entry ON verdict_change (entry);
