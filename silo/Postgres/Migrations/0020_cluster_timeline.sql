-- Which primary the cluster's tables were changed on last: another one, promoted from a standby, may know less than silos have seen.
ALTER TABLE cluster_state ADD COLUMN timeline text NOT NULL DEFAULT '';
COMMENT ON COLUMN cluster_state.timeline IS 'of the primary''s write-ahead log, in hexadecimal digits';
