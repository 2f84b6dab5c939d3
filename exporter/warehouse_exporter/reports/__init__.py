"""What a gate leaves behind for people and programs: a report in files, and an e-mail."""
