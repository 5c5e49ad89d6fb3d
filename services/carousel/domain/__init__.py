"""The rules of the carousel: offers, cycles, participations, and what can be foreseen."""
