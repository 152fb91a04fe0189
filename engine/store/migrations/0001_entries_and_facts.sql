-- The ledger: one entry for each thing that was done, without a gap from 0.
CREATE TABLE entry (
    seq BIGINT NOT NULL PRIMARY KEY,
    recorded_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    leaf TEXT NOT NULL
);

-- Every version of every fact, in the order in which it came; null content was erased, and its digest stays.
CREATE TABLE fact_version (
    seq BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    content TEXT,
    digest TEXT NOT NULL,
    known_from BIGINT NOT NULL,
    retracted BOOLEAN NOT NULL
);

-- What was answered to a request, so that the same request is answered alike.
CREATE TABLE answer (
    key TEXT NOT NULL PRIMARY KEY,
    answered_at BIGINT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL
);
