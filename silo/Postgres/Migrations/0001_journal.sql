-- The truth: every event of every grain, in rows that are only ever added.
CREATE TABLE journal (
    stream_key bigint      NOT NULL,
    version    bigint      NOT NULL,
    position   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY (CACHE 64),
    xid        xid8        NOT NULL DEFAULT pg_current_xact_id(),
    time       timestamptz NOT NULL,
    count      integer     NOT NULL,
    stream     text        COLLATE "C" NOT NULL,
    payload    bytea       NOT NULL,
    PRIMARY KEY (stream_key, version, stream)
) WITH (
    fillfactor = 100,
    toast_tuple_target = 8160,
    -- Nothing is ever updated: vacuum only freezes rows and marks pages, seldom and in long runs.
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 20000000,
    autovacuum_analyze_scale_factor = 0.5,
    autovacuum_freeze_min_age = 0
);
-- Payloads are small and dense: compressing them costs more than it saves.
ALTER TABLE journal ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE INDEX journal_order ON journal (xid, position);
COMMENT ON COLUMN journal.stream_key IS 'fingerprint of stream (Fingerprint.cs): the primary key is that of (stream, version), but compares numbers first';
COMMENT ON COLUMN journal.version IS 'number of the first event of the row';
COMMENT ON COLUMN journal.count IS 'how many events the row holds';
COMMENT ON COLUMN journal.xid IS 'the transaction: rows below the oldest running one are final, in the order (xid, position)';

CREATE TABLE journal_snapshots (
    stream  text   COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    mark    bigint NOT NULL,
    state   bytea  NOT NULL,
    PRIMARY KEY (stream, version)
);
ALTER TABLE journal_snapshots ALTER COLUMN state SET STORAGE EXTERNAL;

-- Names this journal; numbers of another one mean nothing here.
CREATE TABLE journal_epoch (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    epoch    bigint  NOT NULL
);
INSERT INTO journal_epoch (epoch) VALUES (extract(epoch FROM clock_timestamp())::bigint);
