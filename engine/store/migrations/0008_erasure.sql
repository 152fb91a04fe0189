-- A random salt with each version of a fact, which its digest is made with: without it nobody finds out by
-- guessing what a digest is of. It goes with the content; null of versions kept before there were salts.
DROP INDEX fact_version_key;

ALTER TABLE fact_version ADD COLUMN salt TEXT;

-- The entry that records the erasure of what the version said.
ALTER TABLE fact_version ADD COLUMN erased_by BIGINT;

-- What was erased touched: facts of a kind about something (null: about anything), from one instant to before
-- another (null: without a beginning, without an end).
CREATE TABLE erasure (
    entry BIGINT NOT NULL,
    place BIGINT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT,
    starts BIGINT,
    ends BIGINT
);

-- Erasures whose content may still lie in the database's files, until they are written anew.
CREATE TABLE unscrubbed (
    entry BIGINT NOT NULL
);

-- Legal holds: what they cover, as canonical JSON, is not erased until they are lifted.
CREATE TABLE hold (
    seq BIGINT NOT NULL PRIMARY KEY,
    entry BIGINT NOT NULL,
    placed_at BIGINT NOT NULL,
    placed_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    scope TEXT NOT NULL,
    salt TEXT NOT NULL
);

-- Which holds were lifted.
CREATE TABLE hold_lifted (
    hold BIGINT NOT NULL PRIMARY KEY,
    entry BIGINT NOT NULL,
    lifted_at BIGINT NOT NULL,
    lifted_by TEXT NOT NULL,
    reason TEXT NOT NULL
);
