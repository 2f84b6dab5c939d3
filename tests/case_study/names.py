"""What things are called and when they happened: the only place that may be changed about a copy.

The same pipeline runs on a copy whose schema, tables and columns have other names and whose
dates are moved, so that a test can show that nothing depends on either.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

_TOKENS = re.compile(r"""('(?:[^']|'')*')|(--[^\n]*)|"([^"]+)"|\b([A-Za-z_]\w*)\b""")
_WORDS = re.compile(r"\b[A-Za-z_]\w*\b")
_ORDER_DATE = re.compile(r"(?<=ORD-)\d{8}(?=-)")


@dataclass(frozen=True)
class Names:
    """A renaming of identifiers and a shift of all dates; the default changes nothing.

    `words` maps an identifier (the schema, a table or a column) to its new name. Every
    occurrence is renamed, so one word that names a table and a column gets one new name.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    shift_days: int = 0

    def of(self, word: str) -> str:
        """The name of one identifier, unquoted."""
        return self.words.get(word, word)

    def sql(self, statement: str) -> str:
        """The statement with its identifiers renamed; strings and comments stay as they are."""
        return _TOKENS.sub(self._token, statement)

    def plain(self, text: str) -> str:
        """Any other text (a config file) with every word that is an identifier renamed."""
        return _WORDS.sub(lambda match: self.of(match.group()), text)

    def day(self, original: date) -> date:
        """The date on which a day of the original happens in this copy."""
        return original + timedelta(days=self.shift_days)

    def timestamp(self, text: str) -> str:
        """An ISO 8601 time as text, moved; what is not one is left for the models to stumble on."""
        try:
            moved = self.day(date.fromisoformat(text[:10]))
        except ValueError:
            return text
        return f"{moved}{text[10:]}"

    def event_data(self, text: str) -> str:
        """The JSON of an event, with the date inside an order id moved."""
        return _ORDER_DATE.sub(self._compact_date, text)

    def _compact_date(self, match: re.Match[str]) -> str:
        return f"{self.day(datetime.strptime(match.group(), '%Y%m%d').date()):%Y%m%d}"

    def _token(self, match: re.Match[str]) -> str:
        word = match.group(3) or match.group(4)
        return f'"{self.words[word]}"' if word in self.words else match.group()


ORIGINAL = Names()
"""The shop as it is."""
