"""Documents, arrays and ranges."""

from __future__ import annotations

DOCUMENTS = (
    "data", "data::json", "'{\"a\": {\"b\": 1}}'::jsonb", "json '[1, \"x\", null]'",
    "jsonb '\"s\"'", "'{\"\": 1, \"a\": \"\"}'::jsonb", "$${\"a\": \"it's\"}$$::jsonb",
)  # fmt: skip
OF_DOCUMENTS = (
    "@", "@ -> 'a'", "@ ->> 'a'", "@->>'a'", "@ ->> ''", "@ -> 0", "@ ->> -1",
    "@ -> 'a' -> 'b' ->> 0", "@ #> '{a,b}'", "@ #>> '{a,b,0}'", "(@ -> 'a') is null",
    "@ ->> 'a' = 'x'", "coalesce(@ ->> 'n', '0')::numeric > 1", "(@)::text",
    "length(@ ->> 'a') + 1",
)  # fmt: skip
OF_JSONB = (
    "data ? 'a'", "data ?| array['a', 'z']", "data ?& array['a', 'n']", "data @> '{\"n\": 1.5}'",
    "'{\"a\": \"x\"}' <@ data", "data || '{\"z\": 1}'", "data - 'a'", "data - 0",
    "data - '{a,n}'::text[]", "data #- '{a,b}'", "data @? '$.a.b[*] ? (@ > 1)'",
    "data @@ '$.n > 1'", "data['a']", "data['a']['b'][1]", "jsonb_typeof(data)",
    "jsonb_pretty(data)", "jsonb_strip_nulls(data)", "data = '{\"a\": \"x\"}'",
    "jsonb_build_object('k', id, 'v', name)", "json_build_array(1, 'a', null)", "to_jsonb(name)",
    "row_to_json(row(1, 'a'))", "jsonb_path_query_first(data, '$.a.b[0]')",
    "jsonb_path_exists(data, '$.n')",
    "jsonb_path_query_array(data, 'lax $.a.b[*] ? (@.c == null)')",
    "jsonb_set(data, '{a}', '1', true)", "jsonb_path_match('{\"a\": 1}', 'exists($.a)')",
    "jsonb_extract_path(data, 'a', 'b')",
    "jsonb_path_query_first('\"2026-03-01\"', '$.datetime()')",
    "jsonb_path_query_first(data, '$.\"n\"')", "json_extract_path_text(data::json, 'a')",
    "jsonb_insert(data, '{z}', '[1]')", "(data -> 'n')::numeric", "json_object('{a,1,b,2}')",
    "jsonb_object('{a,b}', '{1,2}')", "data is json", "name is json object", "'[1]' is json array",
    "name is not json", "'{\"a\":1,\"a\":2}' is json with unique keys",
    "json_object('a' : 1, 'b' : null absent on null)", "json_object('a' value 1)",
    "json_array(1, 2, null null on null)", "jsonb_array_length('[1,2]')",
    "array(select jsonb_array_elements_text('[1,2]'))",
    "(select string_agg(k, ',') from jsonb_object_keys('{\"b\":1,\"a\":2}') as k)",
    (
        "(select count(*) from jsonb_each(case jsonb_typeof(data) when 'object' then "
        "data else '{}' end))"
    ),
)  # fmt: skip
ARRAYS = (
    "array[1,2,3]", "'{1,2,3}'::int[]", "'{{1,2},{3,4}}'::int[]", "array[[1,2],[3,4]]",
    "array[]::text[]", "'[2:3]={5,6}'::int[]", "tags", "string_to_array('a,b,,c', ',', '')",
    "array['a', null, 'c;']", "array(select g from generate_series(1, 3) as g)",
)  # fmt: skip
OF_ARRAYS = (
    "@", "(@)[1]", "(@)[1:2]", "(@)[2:]", "(@)[:1]", "(@)[:]", "array_length(@, 1)",
    "cardinality(@)", "array_dims(@)", "(@)::text", "array_to_string(@, '|', '*')", "(@) = (@)",
    "array_lower(@, 1)", "array_ndims(@)", "(select count(*) from unnest(@))", "(@) is null",
)  # fmt: skip
ON_ARRAYS = (
    "array[1,2] || 3", "0 || array[1,2]", "array[1] || array[2,3]", "array[1,2] @> array[1]",
    "array[1] <@ array[1,2]", "array[1,2] && array[2,3]", "array_append(array[1], 2)",
    "array_prepend(0, array[1])", "array_cat(array[1], array[2])", "array_remove(array[1,2,1], 1)",
    "array_replace(array[1,2], 2, 9)", "array_position(array['a','b'], 'b')",
    "array_positions(array[1,2,1], 1)", "array_fill(7, array[2,2])", "trim_array(array[1,2,3], 1)",
    "(array[1,2,3])[2]", "(array[[1,2],[3,4]])[2][1]", "(array[[1,2],[3,4]])[1:2][1]",
    "'x' = any(tags)", "'x' <> all(tags)", "tags[1]", "tags[1:1]", "tags[id]", "tags[1 + 1]",
    "tags[(id)]", "array[id, id + 1]", "array[row(1,'a'), row(2,'b')]", "1 = any('{1,2}')",
    "array_agg(id) over (order by id)", "id = any(array[1,3]::int[])",
    "'{\"a b\",\"c\\\\\"d\"}'::text[]",
)  # fmt: skip
RANGES = (
    "'[1,5)'::int4range", "int4range(1, 5)", "int8range(1, 5, '[]')", "numrange(1.5, null)",
    "'empty'::int4range", "'(,)'::daterange", "daterange('2026-01-01', '2026-02-01')",
    "tstzrange('2026-01-01', '2026-02-01', '()')",
    "'[2026-01-01 10:00, 2026-01-01 11:00]'::tsrange", "'{[1,3),[5,7)}'::int4multirange",
)  # fmt: skip
OF_RANGES = (
    "@", "lower(@)", "upper(@)", "isempty(@)", "lower_inc(@)", "upper_inf(@)", "(@)::text",
    "(@) = (@)", "(@) && (@)", "(@) * (@)", "(@) + (@)", "(@) << (@)", "(@) -|- (@)",
    "range_merge(@, @)",
)  # fmt: skip
ON_RANGES = (
    "int4range(1,5) @> 3", "3 <@ int4range(1,5)", "int4range(1,5) @> int4range(2,3)",
    "int4range(1,5) &< int4range(2,9)", "int4range(1,5) &> int4range(0,9)",
    "int4range(5,9) >> int4range(1,2)", "int4range(1,9) - int4range(5,9)",
    "day <@ daterange('2026-03-01', '2026-03-02', '[]')",
    "tstzrange(at, null) @> timestamptz '2026-03-05'",
    "int4multirange(int4range(1,3), int4range(5,7)) @> 6",
    "unnest('{[1,3),[5,7)}'::int4multirange)",
)  # fmt: skip
FAMILIES = {
    "documents": [one.replace("@", text) for one in OF_DOCUMENTS for text in DOCUMENTS],
    "on documents": list(OF_JSONB),
    "arrays": [one.replace("@", text) for one in OF_ARRAYS for text in ARRAYS],
    "on arrays": list(ON_ARRAYS),
    "ranges": [one.replace("@", text) for one in OF_RANGES for text in RANGES],
    "on ranges": list(ON_RANGES),
}
