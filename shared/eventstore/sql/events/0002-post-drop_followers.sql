-- How far relays had come before the stream contract: everything is published again under it.
drop table if exists followers;
