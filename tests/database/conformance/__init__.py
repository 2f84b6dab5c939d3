"""What every engine has to do: the same verdicts and the same numbers as Postgres."""
