-- What was applied before the stream contract.
drop table if exists sequences;
