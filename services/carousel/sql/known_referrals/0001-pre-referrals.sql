create table if not exists referrals (
    referral     text    primary key,
    city         text    not null,
    language     text    not null,
    availability text[]  not null,                -- weekday/part of day
    accepted     boolean not null default false,
    withdrawn_on date,
    category     text,
    code         text
);
create index if not exists referrals_withdrawn on referrals (city, withdrawn_on) where withdrawn_on is not null;
