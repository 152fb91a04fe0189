-- Whom others' machines are told: what is asked for, as canonical JSON, and a salt of which, with a key that is
-- not in the archive, the secret is made that signs what is sent. `signer` names that key.
CREATE TABLE webhook (
    seq BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    registered_by TEXT NOT NULL,
    url TEXT NOT NULL,
    asks TEXT NOT NULL,
    salt TEXT NOT NULL,
    signer TEXT NOT NULL
);

CREATE TABLE webhook_removed (
    webhook BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    removed_at BIGINT NOT NULL,
    removed_by TEXT NOT NULL
);

-- Through which change of the verdicts a webhook was served, and which server serves it until when.
CREATE TABLE webhook_place (
    webhook BIGINT NOT NULL,
    through BIGINT NOT NULL,
    server TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- What is told to a webhook, in order, each once under its id. Of what was delivered the body is gone.
CREATE TABLE webhook_event (
    webhook BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    topic TEXT NOT NULL,
    occasion TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    ended_at BIGINT,
    reason TEXT
);
