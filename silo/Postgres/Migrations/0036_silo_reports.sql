-- What each silo tells of itself; for operators, nothing else reads it.
CREATE TABLE silo_reports (
    id           uuid PRIMARY KEY,
    name         text             NOT NULL,
    machine      text             NOT NULL,
    process_id   integer          NOT NULL,
    started_at   timestamptz      NOT NULL,
    reported_at  timestamptz      NOT NULL DEFAULT clock_timestamp(),
    stopped      boolean          NOT NULL DEFAULT false,
    cpu_seconds  double precision NOT NULL,
    memory_bytes bigint           NOT NULL,
    grains       jsonb            NOT NULL
) WITH (fillfactor = 50);
