-- The cluster: which processes serve, and which of them owns which part of the grains. One database, one cluster.
CREATE TABLE cluster_state (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint  NOT NULL DEFAULT 0,
    secret  bytea   NOT NULL
);
COMMENT ON COLUMN cluster_state.version IS 'counts up with every change of members or owners';
COMMENT ON COLUMN cluster_state.secret IS 'processes of the cluster prove to each other that they know it';
INSERT INTO cluster_state (secret) VALUES (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE cluster_member (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL,
    address     text        NOT NULL,
    session     text        NOT NULL,
    process     text        NOT NULL,
    serves      boolean     NOT NULL DEFAULT true,
    renewed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON COLUMN cluster_member.session IS 'the application name of its database sessions, which end when its lease has run out';
COMMENT ON COLUMN cluster_member.process IS 'names the process for others on its machine, who see when it is dead';
COMMENT ON COLUMN cluster_member.serves IS 'false while it gives its partitions away';

CREATE TABLE cluster_partition (
    number integer PRIMARY KEY CHECK (number BETWEEN 0 AND 1023),
    owner  bigint  NOT NULL DEFAULT 0,
    heir   bigint  NOT NULL DEFAULT 0,
    epoch  bigint  NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
COMMENT ON COLUMN cluster_partition.heir IS 'the member that the owner is to hand it over to; 0 = none';
COMMENT ON COLUMN cluster_partition.epoch IS 'grows with each change of owner';
INSERT INTO cluster_partition (number) SELECT generate_series(0, 1023);
