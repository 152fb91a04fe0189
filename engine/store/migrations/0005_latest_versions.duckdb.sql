-- Without it each batch reads the keys of all that was ever fed. A later migration that alters the table must
-- drop the index first and make it again.
CREATE INDEX fact_version_key ON fact_version (key);
