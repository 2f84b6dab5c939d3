"""Functions that no text of the config may call: those that act, and those that are the clock.

The names are those of PostgreSQL's own functions that act, wait, lock, run SQL given as text, read
files or settings, or answer something else each time: a test holds the list against the servers'
catalogues. Functions of extensions are named where they do the same.
"""

from __future__ import annotations

import re

from warehouse_exporter.sql.vocabulary import listed

GIVEN = "checks are judged at a given instant"
CLOCKS = listed("now clock_timestamp statement_timestamp transaction_timestamp timeofday")
CLOCK_NAMES = listed("current_date current_time current_timestamp localtime localtimestamp")
"""The clock without parentheses: reserved words, unless they are quoted."""
HARMLESS = re.compile(
    r"pg_(typeof|collation_for|column_size|column_compression|size_pretty|size_bytes"
    r"|(total_)?relation_size|(table|indexes|database|tablespace)_size|\w+_is_visible"
    r"|partition_root|get_(viewdef|indexdef|constraintdef|expr|userbyid|partkeydef))"
)
"""Functions called pg_… that only look at what is there."""
HARMFUL = re.compile(
    # administration, and everything that it may become
    r"pg_\w+|pgstat\w*|binary_upgrade_\w+|txid_\w+|run_command_on_\w+"
    r"|brin_\w+|gin_clean_pending_list|currtid2?|row_security_active"
    # large objects, sequences, settings
    r"|lo_\w+|loread|lowrite|(next|set|curr|last)val|set_config|current_setting|current_query"
    # SQL given as text, here or on another server
    r"|ts_stat|ts_rewrite|(query|cursor|table|schema|database)_to_xml\w*|dblink\w*|postgres_fdw\w*"
    r"|crosstab\w*|connectby|xpath_table|plpgsql_\w+"
    r"|http(_(get|post|put|patch|delete|head|set_curlopt))?"
    # another answer each time
    r"|random(_normal)?|setseed|array_(shuffle|sample)|gen_random_\w+|gen_salt|normal_rand|uuid_generate_\w+|uuidv[47]"
)
SCHEMAS = listed("aws_commons aws_lambda aws_s3 cron dbms_alert dbms_pipe dbms_sql net")
"""Schemas of extensions whose functions act outside the database."""


def harmful(function: str) -> bool:
    """Whether a function is one that no query may call, by its name without a schema."""
    name = function.lower()
    return bool(HARMFUL.fullmatch(name)) and not HARMLESS.fullmatch(name)
