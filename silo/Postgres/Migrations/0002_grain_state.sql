-- State of grains that keep theirs whole instead of as events.
CREATE TABLE grain_state (
    grain_type text        COLLATE "C" NOT NULL,
    grain_key  text        COLLATE "C" NOT NULL,
    state_name text        COLLATE "C" NOT NULL,
    etag       bigint      NOT NULL,
    data       jsonb,
    modified   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (grain_type, grain_key, state_name)
) WITH (fillfactor = 80);
COMMENT ON COLUMN grain_state.data IS 'null when the state was cleared; the row stays so that its etag goes on';
