-- Finds old rows without a scan of the table: it is appended to in the order of time, so that ranges of blocks are enough.
CREATE INDEX second_bars_minute ON second_bars USING brin (minute) WITH (autosummarize = on);
