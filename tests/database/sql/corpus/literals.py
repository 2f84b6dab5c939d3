"""Strings and numbers in every spelling."""

from __future__ import annotations

STRINGS = (
    "''", "'a'", "'it''s'", "''''", "'\\'", "'a\\nb'", "'a;b'", "'-- a'", "'/* a'", "'*/'", "'$$'",
    "'(' ", "'Ä€'", "' now then '", "'a\nb'", "'a\"b'", "'%s %% :x ?'", "E'a\\nb'", "E'it\\'s'",
    "e'\\\\'", "E'\\x41\\101'", "E'\\u00e4\\U0001F600'", "E'a''b'", "E'\\\\'';--'", "$$a$$",
    "$$it's$$", "$tag$a$$b$tag$", "$a$ $b$ $b$ $a$", "$$;$$", "$Ü$x$Ü$", "$$\\$$", "U&'d\\0061t'",
    "U&'\\+01F600'", "u&'a\\\\b'", "U&'it''s'", "B'101'::text", "x'1F'::text", "b''::text",
    "X'aBc'::text",
)  # fmt: skip
AROUND_STRINGS = (
    "@", "length(@)", "upper(@)||'x'", "@ = 'a'", "concat(@,1,null)", "array[@,'z']",
    "coalesce(null,@)", "md5(@)", "/*c*/@/*d*/", "@::text::varchar(2)", "position('a' in @)",
    "case @ when 'a' then 1 else 2 end", "@ in ('a', 'b')", "(@)--x",
)  # fmt: skip
NUMBERS = (
    "0", "1", "42", "2147483647", "2147483648", "9223372036854775808", "1.5", ".5", "5.", "1e3",
    "1E-3", "1.5e+2", ".5e1", "5.e1", "1_000", "1_0.0_1", "1_000e1_0", "0x1F", "0XaB_c", "0o17",
    "0O7_7", "0b101", "0B1_1", "0x7fffffff", "0x80000000", "00012", "1e400",
    "123456789012345678901234567890.5",
)  # fmt: skip
AROUND_NUMBERS = (
    "@", "-@", "- -@", "@+1", "@*@", "@::numeric", "@ = 1", "pg_typeof(@)", "array[@]", "@::text",
    "abs(-@)", "(@)::float8", "1-@", "@/**/", "case when @>1 then @ end",
)  # fmt: skip
OPERATORS = (
    "1+2*3", "1-2-3", "2^3^2", "-2^2", "7%3", "-7%3", "7/2", "7.0/2", "1<2", "1<=2", "1>=2",
    "1<>2", "1!=2", "1=1", "1<-1", "1>-1", "1=-1", "1*-1", "1/-1", "1--1\n", "1- -1", "2- - -2",
    "+1", "- 1", "@ -5", "@-5", "|/ 25.0", "||/ 27.0", "5 & 3", "5 | 3", "5 # 3", "~5", "1<<4",
    "256>>4", "'a'||'b'||1", "'a'||1+2", "1 is null", "1 is not null", "null isnull", "1 notnull",
    "null is true", "true is not false", "null is unknown", "not true or true",
    "not (true and false)", "true and null", "false or null", "1 between 0 and 2",
    "1 not between 0 and 2", "5 between symmetric 9 and 1", "1 in (1,2)", "1 not in (1,2)",
    "null in (1)", "1 = any(array[1,2])", "1 = all(array[1,1])", "1 <> some(array[1])",
    "1 is distinct from null", "null is not distinct from null", "row(1,2) = row(1,2)",
    "(1,2)<(1,3)", "(1,null) is null", "row(1,null) is not null", "(1,2) in ((1,2),(3,4))",
    "'a' < 'b'", "'a' ~ '^A'", "'a' ~* '^A'", "'a' !~ 'b'", "'a' !~* 'A'", "'abc' like 'a%'",
    "'abc' not like '_b'", "'a%' like 'a!%' escape '!'", "'ABC' ilike 'a_c'", "'abc' ~~ 'a%'",
    "'abc' !~~ 'a%'", "'abc' ~~* 'A%'", "'abc' !~~* 'A%'", "'abc' similar to '(a|x)%'",
    "'abc' similar to 'a!_%' escape '!'", "'a' collate \"C\" < 'B'",
    "'a' operator(pg_catalog.||) 'b'", "1 operator(pg_catalog.+) 2", "true::int", "'t'::bool",
    "1::bit(3)", "cast(1.5 as int)", "int '3'", "float8 '1.5'", "numeric(5,2) '1.239'",
    "3::int8::text", "'3'::int+1", "-3::int", "(-3)::int", "-'3'::int", "null::text",
    "1.5::numeric(10,1)", "'x'::char(3)||'y'", "'abc'::varchar(2)", "'abc'::name", "bool 'yes'",
    "varchar 'x'", "'pg_class'::regclass", "'now'::regproc",
)  # fmt: skip
FAMILIES = {
    "strings": [one.replace("@", text) for one in AROUND_STRINGS for text in STRINGS],
    "numbers": [one.replace("@", text) for one in AROUND_NUMBERS for text in NUMBERS],
    "operators": list(OPERATORS),
}
