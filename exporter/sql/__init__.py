"""Our small SQL vocabulary: safe expressions, time columns of any type, and whole statements.

The only package that imports sqlglot. Nothing of a config is ever pasted into a statement: names
are quoted, expressions are parsed and allow-listed.
"""

import logging

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what is refused with a reason
