-- What is unresolved gets into its table only when it is a few seconds old; what is younger is found again by reading the journal from here.
ALTER TABLE projector_cursor ADD COLUMN unresolved_xid xid8, ADD COLUMN unresolved_position bigint;
UPDATE projector_cursor SET unresolved_xid = xid, unresolved_position = position;
ALTER TABLE projector_cursor ALTER COLUMN unresolved_xid SET NOT NULL, ALTER COLUMN unresolved_position SET NOT NULL;
COMMENT ON COLUMN projector_cursor.unresolved_xid IS 'after this place the journal tells of everything unresolved that the table lacks; never after (xid, position)';
