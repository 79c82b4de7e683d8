-- The newest state of every feed, in the same transaction as its bars: a feed goes on from here after a restart.
CREATE TABLE feeds (
    symbol     text        COLLATE "C" PRIMARY KEY,
    time       timestamptz NOT NULL,
    last_trade bigint      NOT NULL,
    price      numeric,
    bid        numeric,
    bid_size   numeric,
    ask        numeric,
    ask_size   numeric,
    day_open   numeric,
    volume     numeric     NOT NULL,
    has_prints boolean     NOT NULL
) WITH (fillfactor = 50);
COMMENT ON COLUMN feeds.time IS 'the market''s time of the newest tick or trade';
COMMENT ON COLUMN feeds.last_trade IS 'the number of the newest trade of our own book that the bars count in';
