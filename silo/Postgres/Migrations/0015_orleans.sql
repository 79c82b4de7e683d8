-- What Microsoft Orleans keeps here when it is the engine: who serves, reminders, and the state of its own grains.
-- Its ADO.NET providers read their statements from orleansquery, by key. Keys, parameters and the names of result columns are their contract;
-- tables and statements are ours.
CREATE TABLE orleans_cluster (
    deployment text    COLLATE "C" PRIMARY KEY,
    version    integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
COMMENT ON COLUMN orleans_cluster.version IS 'counts up with each change of members; who changes one names the version that it has seen';

CREATE TABLE orleans_silo (
    deployment    text        COLLATE "C" NOT NULL,
    address       text        COLLATE "C" NOT NULL,
    port          integer     NOT NULL,
    generation    integer     NOT NULL,
    name          text        NOT NULL,
    host_name     text        NOT NULL,
    status        integer     NOT NULL,
    proxy_port    integer,
    suspect_times text,
    started_at    timestamptz NOT NULL,
    alive_at      timestamptz NOT NULL,
    PRIMARY KEY (deployment, address, port, generation)
) WITH (fillfactor = 50);
COMMENT ON COLUMN orleans_silo.status IS '3 = active, 6 = dead; the numbers are those of SiloStatus';
COMMENT ON COLUMN orleans_silo.proxy_port IS 'where clients connect; 0 = nowhere';

CREATE TABLE orleans_reminder (
    service    text        COLLATE "C" NOT NULL,
    grain      text        COLLATE "C" NOT NULL,
    name       text        COLLATE "C" NOT NULL,
    start_at   timestamptz NOT NULL,
    period_ms  bigint      NOT NULL,
    grain_hash integer     NOT NULL,
    version    integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (service, grain, name)
);
CREATE INDEX ON orleans_reminder (service, grain_hash);
COMMENT ON COLUMN orleans_reminder.grain_hash IS 'each silo looks after a range of these';

CREATE TABLE orleans_state (
    service    text        COLLATE "C" NOT NULL,
    state_name text        COLLATE "C" NOT NULL,
    key0       bigint      NOT NULL,
    key1       bigint      NOT NULL,
    key_text   text        COLLATE "C" NOT NULL,
    version    integer     NOT NULL,
    payload    bytea,
    modified   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (service, state_name, key0, key1, key_text)
) WITH (fillfactor = 80);
COMMENT ON COLUMN orleans_state.payload IS 'null when the state was cleared; the row stays so that its version goes on';

CREATE TABLE orleansquery (querykey text PRIMARY KEY, querytext text NOT NULL);
INSERT INTO orleansquery VALUES
('GatewaysQueryKey', $$
SELECT address, proxy_port AS proxyport, generation FROM orleans_silo
WHERE deployment = @DeploymentId AND status = @Status AND proxy_port > 0
$$),
('MembershipReadAllKey', $$
SELECT s.address, s.port, s.generation, s.name AS siloname, s.host_name AS hostname, s.status, s.proxy_port AS proxyport,
       s.suspect_times AS suspecttimes, s.started_at AS starttime, s.alive_at AS iamalivetime, c.version
FROM orleans_cluster c LEFT JOIN orleans_silo s ON s.deployment = c.deployment
WHERE c.deployment = @DeploymentId
$$),
('MembershipReadRowKey', $$
SELECT s.address, s.port, s.generation, s.name AS siloname, s.host_name AS hostname, s.status, s.proxy_port AS proxyport,
       s.suspect_times AS suspecttimes, s.started_at AS starttime, s.alive_at AS iamalivetime, c.version
FROM orleans_cluster c
LEFT JOIN orleans_silo s ON s.deployment = c.deployment AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
WHERE c.deployment = @DeploymentId
$$),
('InsertMembershipVersionKey', $$
WITH added AS (INSERT INTO orleans_cluster (deployment) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
SELECT EXISTS (SELECT FROM added)
$$),
('InsertMembershipKey', $$
WITH counted AS (
    UPDATE orleans_cluster c SET version = c.version + 1
    WHERE c.deployment = @DeploymentId AND c.version = @Version AND NOT EXISTS (
        SELECT FROM orleans_silo s
        WHERE s.deployment = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
    RETURNING c.deployment
), added AS (
    INSERT INTO orleans_silo (deployment, address, port, generation, name, host_name, status, proxy_port, started_at, alive_at)
    SELECT deployment, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM counted
    RETURNING 1
)
SELECT EXISTS (SELECT FROM added)
$$),
('UpdateMembershipKey', $$
WITH counted AS (
    UPDATE orleans_cluster c SET version = c.version + 1
    WHERE c.deployment = @DeploymentId AND c.version = @Version AND EXISTS (
        SELECT FROM orleans_silo s
        WHERE s.deployment = @DeploymentId AND s.address = @Address AND s.port = @Port AND s.generation = @Generation)
    RETURNING c.deployment
), changed AS (
    UPDATE orleans_silo s SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime FROM counted
    WHERE s.deployment = counted.deployment AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    RETURNING 1
)
SELECT EXISTS (SELECT FROM changed)
$$),
('UpdateIAmAlivetimeKey', $$
UPDATE orleans_silo SET alive_at = @IAmAliveTime
WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),
('DeleteMembershipTableEntriesKey', $$
WITH silos AS (DELETE FROM orleans_silo WHERE deployment = @DeploymentId)
DELETE FROM orleans_cluster WHERE deployment = @DeploymentId
$$),
('CleanupDefunctSiloEntriesKey', $$
DELETE FROM orleans_silo WHERE deployment = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3
$$),
('ReadReminderRowsKey', $$
SELECT grain AS grainid, name AS remindername, start_at AS starttime, period_ms AS period, version FROM orleans_reminder
WHERE service = @ServiceId AND grain = @GrainId
$$),
('ReadReminderRowKey', $$
SELECT grain AS grainid, name AS remindername, start_at AS starttime, period_ms AS period, version FROM orleans_reminder
WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName
$$),
('ReadRangeRows1Key', $$
SELECT grain AS grainid, name AS remindername, start_at AS starttime, period_ms AS period, version FROM orleans_reminder
WHERE service = @ServiceId AND grain_hash > @BeginHash AND grain_hash <= @EndHash
$$),
('ReadRangeRows2Key', $$
SELECT grain AS grainid, name AS remindername, start_at AS starttime, period_ms AS period, version FROM orleans_reminder
WHERE service = @ServiceId AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)
$$),
('UpsertReminderRowKey', $$
INSERT INTO orleans_reminder AS r (service, grain, name, start_at, period_ms, grain_hash)
VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash)
ON CONFLICT (service, grain, name) DO UPDATE
SET start_at = excluded.start_at, period_ms = excluded.period_ms, grain_hash = excluded.grain_hash, version = r.version + 1
RETURNING version
$$),
('DeleteReminderRowKey', $$
WITH gone AS (
    DELETE FROM orleans_reminder
    WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version RETURNING 1
)
SELECT EXISTS (SELECT FROM gone)
$$),
('DeleteReminderRowsKey', $$
DELETE FROM orleans_reminder WHERE service = @ServiceId
$$),
('ReadFromStorageKey', $$
SELECT payload AS payloadbinary, version FROM orleans_state
WHERE service = @ServiceId AND state_name = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
  AND key_text = coalesce(@GrainIdExtensionString::text, '')
$$),
('WriteToStorageKey', $$
WITH changed AS (
    UPDATE orleans_state SET payload = @PayloadBinary, version = version + 1, modified = clock_timestamp()
    WHERE service = @ServiceId AND state_name = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion::integer
    RETURNING version
), added AS (
    INSERT INTO orleans_state (service, state_name, key0, key1, key_text, version, payload)
    SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString::text, ''), 1, @PayloadBinary
    WHERE @GrainStateVersion::integer IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version
)
SELECT version AS newgrainstateversion FROM changed UNION ALL SELECT version FROM added
$$),
('ClearStorageKey', $$
UPDATE orleans_state SET payload = NULL, version = version + 1, modified = clock_timestamp()
WHERE service = @ServiceId AND state_name = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
  AND key_text = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion::integer
RETURNING version
$$),
('DeleteStorageKey', $$
DELETE FROM orleans_state
WHERE service = @ServiceId AND state_name = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
  AND key_text = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion::integer
RETURNING version + 1
$$);
