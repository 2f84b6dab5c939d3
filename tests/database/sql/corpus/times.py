"""Intervals, dates and times, and what is done with them."""

from __future__ import annotations

INTERVALS = (
    "1 day 12:00", "2 days ago", "1 day -00:00:01", "01:00", "+02:00", "-08:00", "-1 +02:03",
    "-1 days +02:03", "10 years -11 month -12 days +13:14", "1.5 weeks", "1.5 months",
    "1 month 1 day", "P1Y2M3DT4H5M6S", "P1W", "PT36H", "P0002-02-03T04:05:06", "-P1Y2M",
    "@ 1 minute", "@ 1 hour ago",
    "4 millenniums 5 centuries 4 decades 1 year 4 months 4 days 17 minutes 31 seconds", "1-2",
    "1-2 3", "1 2:03", "1 2:03:04.5678", "0", "1 microsecond", "500 milliseconds",
    "2562047788 hours", "12:34", "1:2:3", "1 day 24:00", "1y 2mon 3d 4h 5m 6s",
    "6 years 5 mons 4 d", "30 seconds ago", "  1   day  ",
)  # fmt: skip
OF_INTERVALS = (
    "interval '@'", "'@'::interval", "cast('@' as interval)",
    "timestamp '2026-03-01' + interval '@'", "extract(epoch from interval '@')",
    "interval '@' * 2", "-interval '@'", "at - interval '@'", "justify_interval(interval '@')",
    "interval(1) '@'", "interval '@' > '1 day'",
)  # fmt: skip
FIELDS = (
    "interval '1' year", "interval '2' month", "interval '3' day", "interval '4' hour",
    "interval '5' minute", "interval '6' second", "interval '6.789' second(1)",
    "interval '1-2' year to month", "interval '1 2' day to hour",
    "interval '1 2:03' day to minute", "interval '1 2:03:04' day to second",
    "interval '1 2:03:04.567' day to second(1)", "interval '2:03' hour to minute",
    "interval '2:03:04' hour to second", "interval '03:04' minute to second",
    "interval '1 day 2:03' hour to minute", "interval '123 11' day", "'1'::interval year",
    "'1:20'::interval minute to second",
)  # fmt: skip
TIMES = (
    "2026-03-01", "20260301", "March 1, 2026", "1 Mar 2026", "Mar-01-2026", "2026.060", "J2460000",
    "2026-03-01 10:20:30", "2026-03-01T10:20:30Z", "2026-03-01 10:20:30.123456+02",
    "2026-03-01 10:20:30 Europe/Berlin", "2026-03-01 10:20 PM", "Sun Mar 01 10:20:30 2026 PST",
    "2026-03-29 02:30 Europe/Berlin", "infinity", "-infinity", "epoch", "0044-03-15 BC",
    "2024-02-29", "2026-02-29", "allballs", "2026-03-01 24:00:00", "1999-01-08 04:05:06 -8:00",
)  # fmt: skip
OF_TIMES = (
    "timestamp '@'", "timestamptz '@'", "date '@'", "'@'::date", "timestamp with time zone '@'",
    "timestamp without time zone '@'", "cast('@' as timestamptz(0))", "timestamptz '@' < at",
    "extract(isodow from date '@')", "date_trunc('month', timestamptz '@')",
    "timestamptz '@' at time zone 'Europe/Berlin'", "wall = '@'", "day <= '@'", "'@'::time",
    "time '@'", "to_char(timestamp '@', 'YYYY-MM-DD HH24:MI')",
)  # fmt: skip
PARTS = (
    "century", "day", "decade", "dow", "doy", "epoch", "hour", "isodow", "isoyear", "julian",
    "microseconds", "millennium", "milliseconds", "minute", "month", "quarter", "second",
    "timezone", "timezone_hour", "timezone_minute", "week", "year",
)  # fmt: skip
OF_PARTS = (
    "extract(@ from at)", "extract('@' from at)", "date_part('@', at)", "date_trunc('@', wall)",
)  # fmt: skip
OTHERS = (
    "at at time zone 'UTC'", "wall at time zone 'America/New_York'", "timezone('Asia/Tokyo', at)",
    "at::date", "at::time", "at::timestamp", "day + 1", "day - date '2026-01-01'",
    "day + time '10:00'", "age(at, '2026-01-01')", "age(timestamptz '2026-03-01', at)",
    "wall - '2026-01-01'::timestamp", "make_date(2026, 3, 1)", "make_time(10, 20, 30.5)",
    "make_interval(days => 10, hours => 2)",
    "make_timestamptz(2026, 3, 1, 10, 20, 30, 'Europe/Berlin')", "make_interval(1, weeks => 2)",
    "to_timestamp(1772000000)", "to_timestamp('2026 Mar', 'YYYY Mon')",
    "to_date('01.03.2026', 'DD.MM.YYYY')", "to_char(at, 'Day, DD \"of\" Month')",
    "to_char(interval '1 day 2:03', 'HH24:MI')", "to_char(1234.5, '9,999.99')", "isfinite(at)",
    "isfinite(day)", "isfinite(interval '1 day')",
    "(date '2026-01-01', date '2026-02-01') overlaps (date '2026-01-15', interval '1 month')",
    "date_bin('15 minutes', at, timestamptz '2026-01-01')", "greatest(at, '2026-03-01 12:00+00')",
    "justify_days('35 days')", "justify_hours(interval '27 hours')", "interval '1 day' / 2",
    "interval '1 day' = '24 hours'", "time '10:00' + interval '2 hours'", "timetz '10:00+02'",
    "time with time zone '10:00 PST'", "at + '1 day'::interval > '2026-03-02'",
    "day = '2026-03-01'", "at between '2026-03-01' and '2026-03-01'::timestamptz + '12 hours'",
    "(at, day) >= ('2026-03-01', '2026-03-01')", "date_part('hour', at)::int % 2",
    "extract(hour from wall)::int", "at::text", "wall::text || 'x'",
)  # fmt: skip
FAMILIES = {
    "intervals": [one.replace("@", text) for one in OF_INTERVALS for text in INTERVALS],
    "interval fields": list(FIELDS),
    "times": [one.replace("@", text) for one in OF_TIMES for text in TIMES],
    "parts of times": [one.replace("@", text) for one in OF_PARTS for text in PARTS],
    "on times": list(OTHERS),
}
