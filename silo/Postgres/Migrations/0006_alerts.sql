-- Price alerts. Each fires once: the update that sets triggered_at finds it null for one caller only.
CREATE TABLE alerts (
    id            uuid        PRIMARY KEY,
    user_id       text        COLLATE "C" NOT NULL,
    symbol        text        COLLATE "C" NOT NULL,
    condition     smallint    NOT NULL,
    target_price  numeric     NOT NULL,
    created_at    timestamptz NOT NULL,
    triggered_at  timestamptz,
    trigger_price numeric,
    delivered_at  timestamptz
);
COMMENT ON COLUMN alerts.delivered_at IS 'when a connection of the user was sent the news; null until then';
CREATE INDEX alerts_by_user ON alerts (user_id, id);
CREATE INDEX alerts_waiting ON alerts (symbol) WHERE triggered_at IS NULL;
CREATE INDEX alerts_undelivered ON alerts (user_id, triggered_at) WHERE triggered_at IS NOT NULL AND delivered_at IS NULL;
