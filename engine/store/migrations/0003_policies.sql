-- What was published, in order. An address is the digest of all that a policy set is made of.
CREATE TABLE policy_set (
    seq BIGINT NOT NULL PRIMARY KEY,
    entry BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT NOT NULL,
    address TEXT NOT NULL,
    version TEXT NOT NULL
);

-- The policy files of each address, in the order in which they were read.
CREATE TABLE policy_file (
    address TEXT NOT NULL,
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL
);
