alter table referrals add column if not exists person text;       -- pseudonymous, as said when it came in
alter table referrals add column if not exists attributed text;   -- the person, as said since
alter table referrals add column if not exists received_on date;
alter table referrals add column if not exists duplicate_of text; -- a referral
create index if not exists referrals_person on referrals (coalesce(attributed, person))
    where coalesce(attributed, person) is not null;
create index if not exists referrals_duplicate on referrals (duplicate_of) where duplicate_of is not null;
