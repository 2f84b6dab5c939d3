"""The base classes of all kinds of checks: common parameters, limits, and how hits become samples.

A kind is one file with one class: its parameters (fields), what it asks of the database (`needs`),
what the answer means (`samples`), and its public names. It has no try block, no connection and no
limit.
"""

from __future__ import annotations

from warehouse_exporter.kinds.shared.fields import Duration as Duration
from warehouse_exporter.kinds.shared.fields import Expression as Expression
from warehouse_exporter.kinds.shared.fields import Limits as Limits
from warehouse_exporter.kinds.shared.fields import Name as Name
from warehouse_exporter.kinds.shared.fields import Part as Part
from warehouse_exporter.kinds.shared.fields import Title as Title
from warehouse_exporter.kinds.shared.fields import Window as Window
from warehouse_exporter.kinds.shared.kind import Kind as Kind
from warehouse_exporter.kinds.shared.limited import Limited as Limited
from warehouse_exporter.kinds.shared.limited import worst_first as worst_first
from warehouse_exporter.kinds.shared.share import Share as Share
