alter table referrals add column if not exists retracted boolean not null default false;
