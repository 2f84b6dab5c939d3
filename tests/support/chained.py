"""A chain of datasets that has a check for each sort of fault, as the text of a config."""

CHAINED = """
warehouse: {dsn: x}
datasets:
  events:
    relation: events
    time: ts
    checks: [freshness: {warning: "> 1h", critical: "> 2h"}, duplicates: {key: id, critical: "> 0"}]
  orders:
    relation: orders
    time: ts
    key: id
    depends_on: [events]
    checks:
      - volume: {warning: "< 9", critical: "< 5"}
      - completeness: {column: client_id, critical: "> 5%"}
      - completeness: {column: revenue, critical: "> 5%"}
      - tracking_coverage: {any_of: [click_id], critical: "< 50%"}
      - orphans: {column: event_id, references: {dataset: events, column: id}, critical: "> 0"}
      - agreement: {sum: revenue, against: {dataset: daily, sum: revenue}, critical: "> 0"}
  daily: {relation: daily, time: ts}
  ads: {relation: ads, time: ts, checks: [volume: {critical: "< 5"}]}
"""
