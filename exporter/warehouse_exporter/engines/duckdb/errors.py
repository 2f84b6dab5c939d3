"""What DuckDB's errors mean, in words of our own: those of DuckDB carry values of rows.

What is quoted from them are names of our own statement and names of types.
"""

from __future__ import annotations

import re

from warehouse_exporter.core.errors import Reason, Unmeasured

COLUMN = re.compile(r'Referenced column "([^"]+)" not found')
TABLE = re.compile(r'Table with name "?([^"\s]+?)"? does not exist')
FUNCTION = re.compile(r'Function with name "?(\w+)"? does not exist')
TYPES = re.compile(
    r"No function matches the given name and argument types"
    r" '([^\w\s]{1,3}|\w+)\(([A-Z][A-Z0-9_, ()\[\]]*)\)'"
)
APART = re.compile(r"Cannot (?:compare|mix) values of type ([A-Z_]+).*? and (?:type )?([A-Z_]+)")
SYNTAX = re.compile(r'syntax error at or near "(\w+)"')
ZERO = "Division by zero"
WORDS = {
    "ConversionException": "a value cannot be read as the type that the statement expects",
    "TypeMismatchException": "a value cannot be read as the type that the statement expects",
    "OutOfRangeException": "a number or a time is out of range for its type",
    "OutOfMemoryException": "DuckDB is out of memory: raise `work_mem`, or narrow the check",
    "PermissionException": "it would read or write a file outside the warehouse",
    "ParserException": "syntax error",
    "BinderException": "DuckDB cannot make sense of a name or a type in it",
    "CatalogException": "a function, table or type in it does not exist",
    "NotImplementedException": "DuckDB does not have what the statement needs",
    "InvalidInputException": "a value cannot be used as the statement expects",
    "IOException": "a file of the warehouse cannot be read: was it replaced meanwhile?",
    "InterruptException": "it was interrupted",
    "TransactionException": "the transaction cannot go on",
    "FatalException": "DuckDB has an internal error",
    "InternalException": "DuckDB has an internal error",
}
"""Class of the driver's error -> what it means."""
REASONS = {
    "ConversionException": Reason.COLUMN_TYPE,
    "TypeMismatchException": Reason.COLUMN_TYPE,
    "OutOfRangeException": Reason.STATEMENT,
    "PermissionException": Reason.PERMISSION,
    "InterruptException": Reason.CANCELED,
}


def of_statement(kind: str, message: str) -> Unmeasured:
    """A failed statement as one of our errors."""
    line = " ".join(message.split())
    if found := COLUMN.search(line):
        return Unmeasured(Reason.MISSING_COLUMN, f"column {found.group(1)} does not exist")
    if found := TABLE.search(line):
        return Unmeasured(Reason.MISSING_RELATION, f"relation {found.group(1)} does not exist")
    if found := FUNCTION.search(line):
        return Unmeasured(Reason.STATEMENT, f"DuckDB has no function {found.group(1)}()")
    if found := TYPES.search(line):
        what, types = found.groups()
        return Unmeasured(Reason.COLUMN_TYPE, f"{what} does not exist for {types.lower()}")
    if found := APART.search(line):
        one, other = (name.lower().removesuffix("_literal") for name in found.groups())
        return Unmeasured(Reason.COLUMN_TYPE, f"{one} and {other} cannot be compared")
    if found := SYNTAX.search(line):
        return Unmeasured(Reason.STATEMENT, f"syntax error at {found.group(1)}")
    if ZERO in line:
        return Unmeasured(Reason.STATEMENT, "division by zero")
    return Unmeasured(
        REASONS.get(kind, Reason.STATEMENT), WORDS.get(kind, f"the statement failed ({kind})")
    )
