-- Accounts whose rules want them looked at while nobody orders: few of many.
CREATE INDEX grain_state_watched ON grain_state (grain_key)
WHERE data -> 'Limits' -> 'Rules' ->> 'DailyLossLimit' IS NOT NULL OR jsonb_typeof(data -> 'Limits' -> 'Rules' -> 'Margin') = 'object';
