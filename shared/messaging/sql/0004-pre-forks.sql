-- Up to where the epoch of a checkpoint repeats each earlier one, the second first, with commas; '' where not known.
alter table consumer_checkpoints add column if not exists forks text not null default '';
