"""The rules of the four aggregates: `training` with its registrations, `network_event`, `meeting` and `partner`."""
