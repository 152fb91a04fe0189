-- What policies rest on, each piece once, under the digest of its content.
CREATE TABLE frozen_piece (
    digest TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
);

-- The pieces that the policy files of each address rest on, in their order.
CREATE TABLE policy_piece (
    address TEXT NOT NULL,
    place BIGINT NOT NULL,
    digest TEXT NOT NULL
);

-- Which Troth read the policies that were published; null of those whose pieces were not kept yet.
ALTER TABLE policy_set ADD COLUMN reader TEXT;
