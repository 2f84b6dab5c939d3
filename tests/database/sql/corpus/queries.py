"""Whole queries: aggregates, windows, joins, CTEs, sets, and what surrounds them."""

from __future__ import annotations

AGGREGATES = (
    "count(*)", "count(id)", "count(distinct paid)", "sum(price)", "avg(price)", "min(name)",
    "max(at)", "bool_or(paid)", "every(id > 0)", "array_agg(id order by id desc)",
    "array_agg(distinct paid)", "string_agg(name, ';' order by id)", "jsonb_agg(id order by id)",
    "jsonb_object_agg(id, name)", "stddev(id)", "variance(id)", "corr(id, price)",
    "regr_slope(price, id)", "bit_and(id)", "percentile_cont(0.5) within group (order by price)",
    "percentile_disc(array[0.25, 0.75]) within group (order by id)",
    "mode() within group (order by paid)", "rank(2) within group (order by id)",
    "count(*) filter (where paid)", "sum(id) filter (where name like '%;%')",
    "sum(id)::float8 / count(*)", "count(*) > 3", "coalesce(sum(id) filter (where false), 0)",
    "json_objectagg(id : name)", "json_arrayagg(id order by id)",
    "range_agg(int4range(id, id + 1))", "any_value(1)", "max(id) - min(id)",
)  # fmt: skip
WINDOWS = (
    "row_number() over (order by id)", "rank() over (order by paid nulls last)",
    "dense_rank() over (order by paid)", "percent_rank() over (order by id)",
    "cume_dist() over (order by id)", "ntile(2) over (order by id)", "lag(id) over (order by id)",
    "lag(id, 2, 0) over (order by id)", "lead(name, 1, '-') over (order by id)",
    "first_value(id) over w", "last_value(id) over w", "nth_value(id, 2) over w",
    "sum(id) over (partition by paid order by id)",
    "sum(id) over (order by id rows between 1 preceding and current row)",
    "sum(id) over (order by id rows unbounded preceding)",
    "sum(id) over (order by id groups between 1 preceding and 1 following)",
    "sum(id) over (order by id range between 1 preceding and 1 following exclude current row)",
    "count(*) over (w rows 2 preceding)", "avg(price) filter (where id > 1) over (order by id)",
    "sum(id) over (order by day range between '1 day' preceding and current row)",
    "sum(sum(id)) over ()",
    "max(id) over (order by id desc rows between unbounded preceding and unbounded following)",
)  # fmt: skip
GROUPS = (
    "group by paid", "group by 1", "group by paid having count(*) > 1", "group by rollup (paid)",
    "group by cube (paid, id > 2)", "group by grouping sets ((paid), ())",
    "group by distinct rollup (paid), cube (paid)", "group by paid, paid", "group by all paid",
)  # fmt: skip
JOINS = (
    "t as a join t as b on a.id = b.id", "t as a left join t as b on a.id = b.id + 1",
    "t as a right join t as b using (id)", "t as a full join t as b on a.id = b.id + 2",
    "t as a cross join t as b", "t as a natural join t as b", "t as a, t as b where a.id < b.id",
    "t as a cross join lateral (select a.id + 1 as n) as x",
    "t as a left join lateral (select 1 where a.id > 2) as x on true",
    "(t as a join t as b using (id)) as j", "t as a join t as b using (id) as u", "only t as a",
    "t as a(n, m)", "t a", "public.t as a", "generate_series(1, 3) as a",
    "generate_series(1, 3) with ordinality as a(n, o)",
    "unnest(array[1,2], array['a','b']) as a(n, s)",
    "rows from (generate_series(1, 2), generate_series(1, 3)) as a(x, y)",
    "(values (1, 'a'), (2, 'b')) as a(n, s)",
    "jsonb_to_recordset('[{\"a\":1}]') as a(a int, b text)", "jsonb_each_text('{\"a\":1}') as a",
    "(select * from t where id > 1) as a", "regexp_matches('a1b2', '\\d', 'g') as a",
    "string_to_table('a,b', ',') as a", "jsonb_array_elements('[1,2]') with ordinality as a(v, n)",
    "xmltable('/r/a' passing '<r><a>1</a></r>' columns n int path '.') as a",
    "t as a tablesample bernoulli (100) repeatable (1)",
)  # fmt: skip
WHOLE = (
    "select 1", "select 1;", "select 1 as \"A b\"", "select 1 a", "select 'a' \"b;c\"",
    "(select 1)", "((select 1))", "select all 1", "select distinct paid from t order by 1",
    "select distinct on (paid) paid, id from t order by paid, id", "select * from t order by id",
    "select t.* from t order by id", "select a.id, b.id from t a, t b order by 1, 2",
    "select id from t order by price desc nulls last limit 2",
    "select id from t order by id offset 1", "select id from t order by id limit 1 + 1 offset 1",
    "select id from t order by id fetch first 2 rows only",
    "select id from t order by id offset 1 row fetch next row only",
    "select paid from t order by paid fetch first 1 rows with ties",
    "select id from t order by id limit all", "select id from t order by id using >",
    "select id from t limit 0", "select 1 union select 1", "select 1 union all select 1",
    "select 1 intersect select 2", "select 1 except all select 2",
    "select 1 union (select 2 order by 1 limit 1) order by 1",
    "(select 1 union select 2) intersect select 2",
    "select id from t union all select g from generate_series(7, 8) as g order by 1",
    "select null union select 1 order by 1", "with a as (select 1 as x) select x from a",
    "with a(x) as (select 1), b as (select x + 1 as y from a) select * from a, b",
    "with a as materialized (select 1 as x) select x from a",
    "with a as not materialized (select 1 as x) select x from a",
    (
        "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) "
        "select sum(n) from r"
    ),
    (
        "with recursive r(n) as (values (1) union all select n + 1 from r where n < 3) "
        "search depth first by n set o select n, o from r"
    ),
    (
        "with recursive r(n) as (select 1 union select n % 3 + 1 from r) cycle n set c "
        "using p select count(*) from r"
    ),
    "with a as (values (1, 'a'), (2, 'b')) select * from a order by 1",
    "with a as (table t) select count(*) from a",
    "select (with a as (select 1 as x) select x from a)",
    "select count(*) from t where id in (with a as (select 1 as x) select x from a)",
    "select * from (select 1 as a union all select 2) as u order by a",
    "select count(*) from t where exists (select 1 from t as x where x.id = t.id + 1)",
    "select count(*) from t where not exists (select from t as x where x.id = -t.id)",
    "select id from t where (id, name) in (select id, name from t) order by 1",
    "select id from t where price > (select avg(price) from t) order by 1",
    "select id from t where id = any (select id from t where paid) order by 1",
    "select sum(n) from (select count(*) as n from t group by paid) as g",
    "select 1 as value, 'x' as label",
    "select 'de' as shop, 5 as value union all select null, 0 order by 2 desc",
    "select /* ' */ 1 -- '", "select/**/1", "select\t1\n,\n2",
    "select -- a; b\n 1 /* /* nested ; */ ' */ + 2", "select 1--\n+2",
    "SELECT COUNT(*) FROM T WHERE NAME = 'alpha'",
    "select \"id\", \"Mixed Name\" from \"t\" order by 1", "select $$a;b$$, $x$;$x$",
    "select 'a;b'", "select E'\\';'", "select count(*) from t where name = E'it\\'s; -- odd'",
    "select count(*) from t where name = $q$it's; -- odd$q$",
    "select a.b from (select 1 as b) as a", "select (a).b from (select row(1) as a) as x",
    "select count(*) from t where ctid is not null",
    "select count(*) from pg_catalog.pg_class where false",
    "select count(*) from information_schema.tables where table_name = 't'",
    "select name from t where name similar to '%(a|b)%' order by 1", "select 1 where 1 = 1",
    "select 1 where false", "select 1 having true",
    "select count(*) from t where at >= :day_start and at < :day_end",
    "select count(*) from t where wall < :as_of", "select :as_of - at from t order by id",
    "select :day_start::date, (:day_end)", "select extract(epoch from :as_of - :day_start)",
    "select :as_of::text, ':as_of', '12:30'::time -- :as_of", "select array[:as_of]",
    "select case when :as_of > at then 1 end from t order by id",
    "select x.y from (select 1) as x(y)",
    "select count(*) c from t where t.paid is not distinct from true",
    "select max(id) filter (where paid) from t window w as (order by id)",
    "select t from t order by id", "table t", "values (1)",
    "select 1, 2 from t where true order by 1, 2 limit 1", "select json_value('{\"a\":1}', '$.a')",
    "select * from json_table('[1,2]', '$[*]' columns (n int path '$')) as j",
    "select json_query('{\"a\":[1]}', '$.a' with wrapper)",
    "select json_exists('{\"a\":1}', '$.a')", "select json_scalar(1)", "select json('{}')",
    "select json_serialize('{}')", "select merge_action()",
    "select id from t order by (select -id)",
    "select sum(1) over (partition by (select 1)) from t",
    "select id, row_number() over w as n from t window w as (order by id desc) order by 1",
)  # fmt: skip
FAMILIES = {
    "aggregates": [f"select {one} from t" for one in AGGREGATES],
    "aggregates by group": [
        f"select paid, {one} from t group by paid order by paid" for one in AGGREGATES
    ],
    "windows": [f"select {one} from t window w as (order by id) order by id" for one in WINDOWS],
    "groups": [f"select paid, count(*), sum(id) from t {one} order by 1, 2, 3" for one in GROUPS],
    "joins": [f"select a.* from {one} order by 1 limit 20" for one in JOINS]
    + [f"select count(*) from {one}" for one in JOINS],
    "whole": list(WHOLE),
}
