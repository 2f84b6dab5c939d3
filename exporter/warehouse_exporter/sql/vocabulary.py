"""The words of SQL that we know: those of PostgreSQL, and those that an expression may say."""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """Words apart from each other."""
    return frozenset(text.split())


RESERVED = listed("""
    all analyse analyze and any array as asc asymmetric authorization binary both case cast
    check collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user default
    deferrable desc distinct do else end except false fetch for foreign freeze from full grant
    group having ilike in initially inner intersect into is isnull join lateral leading left
    like limit localtime localtimestamp natural not notnull null offset on only or order outer
    overlaps placing primary references returning right select session_user similar some
    symmetric system_user table tablesample then to trailing true union unique user using
    variadic verbose when where window with
""")
"""Words that PostgreSQL never takes for a column, unless they are quoted."""
FUNCTIONS = listed("""
    abs ceil ceiling floor round trunc sign mod power sqrt coalesce nullif greatest least lower
    upper initcap trim btrim ltrim rtrim length char_length character_length octet_length
    substring substr left right replace translate strpos position split_part concat starts_with
    reverse md5 regexp_like regexp_replace extract date_part date_trunc isfinite json_typeof
    jsonb_typeof json_array_length jsonb_array_length json_extract_path json_extract_path_text
    jsonb_extract_path jsonb_extract_path_text
""")
AGGREGATES = listed("""
    count sum avg min max bool_and bool_or every array_agg string_agg json_agg jsonb_agg stddev
    variance lag lead rank dense_rank row_number first_value last_value ntile
""")
TYPES = listed("""
    boolean bool smallint int2 integer int int4 bigint int8 decimal numeric real float float4
    float8 double text varchar character char bpchar uuid json jsonb date time timetz timestamp
    timestamptz interval
""")
"""Types of plain data; others look something up (regclass) or are not known to be harmless."""
OF_TYPES = listed("precision varying with without zone")
KEYWORDS = listed("""
    and or not is isnull notnull null true false unknown in between symmetric like ilike similar
    to escape distinct from case when then else end cast as at for both leading trailing
""")
FIELDS = listed("""
    century day decade dow doy epoch hour isodow isoyear julian microseconds millennium
    milliseconds minute month quarter second timezone timezone_hour timezone_minute week year
""")
"""What extract() takes out of a time."""
OPERATORS = listed("""
    = <> != < <= > >= + - * / % ^ || ~ ~* !~ !~* ~~ !~~ ~~* !~~* -> ->> #> #>> @> <@ ?
""")
PATTERNS = listed("like ilike to ~ ~* !~ !~* ~~ !~~ ~~* !~~*")
"""What stands before text that is a pattern, and never a time."""
SYNTAX = listed("""
    and any array as case cast char collate current_catalog current_date current_schema
    current_time current_timestamp date exists extract filter in json_array json_arrayagg
    json_exists json_object json_objectagg json_query json_scalar json_serialize json_table
    json_value like localtime localtimestamp normalize or overlay position row some string_agg
    substring time timestamp trim unnest uuid values variadic xmlattributes xmlconcat xmlelement
    xmlexists xmlforest xmlparse xmlpi xmlroot xmlserialize xmltable
""")
"""Words before a parenthesis that are no function, or a call with a grammar of its own."""
