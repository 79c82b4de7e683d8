-- The fence of (stream, version) without the stream's name, whose 40 bytes made the index twice as large as it need be: a version exists already
-- where both 64-bit hashes of its stream agree.
CREATE UNIQUE INDEX journal_key ON journal (stream_key, version, hashtextextended(stream, 0));
ALTER TABLE journal DROP CONSTRAINT journal_pkey;
COMMENT ON COLUMN journal.stream_key IS 'fingerprint of stream (Fingerprint.cs): the index by it compares numbers only';
