-- The raw table, made from the first file's header: text, and what the loader adds.
create schema if not exists shop;
create table shop.raw_events (
    {{ columns }},
    event_id bigint not null,
    source_file text not null,
    loaded_at timestamptz not null
);
create index on shop.raw_events ("timestamp");
create index on shop.raw_events (loaded_at);
create table shop.quarantine (
    event_id bigint not null,
    event_ts timestamptz,
    event_name text,
    reason text not null,
    source_file text not null,
    loaded_at timestamptz not null
);
create index on shop.quarantine (event_ts);
create table shop.pipeline_logs (
    run_timestamp timestamptz not null,
    file_name text not null,
    file_day date not null,
    rows_read bigint not null,
    rows_quarantined bigint not null
);
create index on shop.pipeline_logs (run_timestamp);
