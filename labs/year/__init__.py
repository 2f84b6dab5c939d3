"""An ordinary year: what is said of simulated shops in which nothing is wrong."""
