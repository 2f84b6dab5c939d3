-- The log of the loads.
drop table if exists analytics.pipeline_logs;
create table analytics.pipeline_logs as
select run_timestamp, rows_read, rows_quarantined from shop.pipeline_logs;
