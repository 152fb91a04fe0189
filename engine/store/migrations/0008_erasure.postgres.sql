CREATE INDEX fact_version_key ON fact_version (kind, key, seq);
