"""Seeded schedules of faults over hooks, guard and controller, and what must hold whatever they do."""
