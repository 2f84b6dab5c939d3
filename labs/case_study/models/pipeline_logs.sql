-- One line per file loaded.
insert into shop.pipeline_logs (run_timestamp, file_name, file_day, rows_read, rows_quarantined)
values (%(loaded_at)s, %(source_file)s, %(day)s, %(rows_read)s, %(rows_quarantined)s);
