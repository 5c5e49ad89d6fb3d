-- The figures; the rows they are counted from have one table a kind, beside these (rows/). Idempotent.
create table if not exists figures (
    month     date   not null,          -- its first day
    city      text   not null,          -- whose city: see indicators.json
    partner   text   not null,          -- organisation id, or ''
    sector    text   not null,
    indicator text   not null,
    reason    text   not null,          -- a code, the days of a kind "days", or ''
    n         bigint not null,
    primary key (month, city, partner, sector, indicator, reason)
);

create table if not exists members (
    month     date   not null,
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    indicator text   not null,
    member    text   not null,          -- the pseudonymous id that is counted once
    n         bigint not null,
    primary key (month, city, partner, sector, indicator, member)
);
