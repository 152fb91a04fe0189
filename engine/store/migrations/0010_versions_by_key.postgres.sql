CREATE INDEX fact_version_by_key ON fact_version (key);
