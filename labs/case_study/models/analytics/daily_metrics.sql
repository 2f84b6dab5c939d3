-- One row a day, as the shop builds it.
drop table if exists analytics.daily_metrics;
create table analytics.daily_metrics as table shop.daily_metrics;
create index on analytics.daily_metrics (event_date);
