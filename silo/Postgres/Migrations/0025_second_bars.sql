-- The open bars of a feed beside its mark: they change with every tick, and become rows of their own when they are complete.
ALTER TABLE feeds ADD COLUMN open_bars bytea;
COMMENT ON COLUMN feeds.open_bars IS 'packed; null = written by an earlier release, which kept open bars as rows of candles';

-- Complete bars of one second, packed: those that one cut of a feed has of one minute are one row. Appended only; of two rows with the same bar the later id holds.
CREATE SEQUENCE second_bars_id;
CREATE TABLE second_bars (
    minute timestamptz NOT NULL,
    symbol text        COLLATE "C" NOT NULL,
    id     bigint      NOT NULL DEFAULT nextval('second_bars_id'),
    bars   bytea       NOT NULL,
    PRIMARY KEY (symbol, minute, id)
) PARTITION BY RANGE (minute);
