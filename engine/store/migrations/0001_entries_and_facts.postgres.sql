-- DuckDB finds rows by reading columns; PostgreSQL needs the way to them.
CREATE UNIQUE INDEX fact_version_seq ON fact_version (seq);
CREATE INDEX fact_version_key ON fact_version (kind, key, seq);
CREATE INDEX fact_version_entry ON fact_version (entry);
