"""The in-memory AWS: moto's services, and what a rehearsal needs that moto has not."""
