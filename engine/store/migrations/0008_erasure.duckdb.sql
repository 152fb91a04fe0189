-- As in 0005: a later migration that alters the table must drop the index first and make it again.
CREATE INDEX fact_version_key ON fact_version (key);
