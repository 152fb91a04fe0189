-- The hashes of the subtrees of 2, 4, … entries that an entry completes; null where it completes none.
ALTER TABLE entry ADD COLUMN subtrees TEXT;

-- Every signed head of the ledger's tree, as it was handed out; `signer` is name and id of the key.
CREATE TABLE tree_head (
    size BIGINT NOT NULL,
    signed_at BIGINT NOT NULL,
    signer TEXT NOT NULL,
    note TEXT NOT NULL
);
