"""Our small SQL vocabulary: safe expressions, time columns of any type, and whole statements.

The only package that imports sqlglot. Names and values of a config are quoted. Expressions and
queries are sent as they are written, after our own lexer has read them as the server does and every
word has been allowed.
"""

import logging

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what is refused with a reason
