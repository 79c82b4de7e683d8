-- What callers have done in the newest minute in which they did anything: rate limits hold across front ends and restarts.
CREATE TABLE rate_counts (
    key    text   COLLATE "C" PRIMARY KEY,
    minute bigint NOT NULL,
    count  bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX rate_counts_minute ON rate_counts (minute);
COMMENT ON COLUMN rate_counts.minute IS 'minutes since 1970';
COMMENT ON COLUMN rate_counts.count IS 'reserved by the limit''s grain: used, or still to be used or given back';
