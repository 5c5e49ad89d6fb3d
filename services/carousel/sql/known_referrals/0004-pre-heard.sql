alter table referrals add column if not exists transferred boolean not null default false;
create table if not exists heard (
    digest text primary key                       -- SHA-256 of a message that was applied
);
