-- How the verdicts changed, in order, without a gap from 0. No state: from then on there is no such verdict.
-- No content beside a state: it was erased, and the salt that the digest was made with went with it. `gist`
-- and `whole` are digests by which a verdict that was judged anew is known to be the same, while its occasion
-- lasts and once it is settled.
CREATE TABLE verdict_change (
    seq BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    known_at BIGINT NOT NULL,
    as_of BIGINT NOT NULL,
    cause TEXT NOT NULL,
    obligation TEXT NOT NULL,
    subject TEXT NOT NULL,
    occasion TEXT NOT NULL,
    before TEXT,
    state TEXT,
    content TEXT,
    digest TEXT NOT NULL,
    salt TEXT,
    gist TEXT NOT NULL,
    whole TEXT NOT NULL
);
