"""An ordinary year: the false alarms of simulated shops without incidents."""
