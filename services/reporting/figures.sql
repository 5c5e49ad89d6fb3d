-- What a page reads; the rows it is counted from have one table a kind, beside these (rows/). Idempotent.
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

-- Of distinct indicators: how many were seen in a month, by the month in which they were last seen before it.
-- A city, partner or sector of '*' is any.
create table if not exists spans (
    month     date   not null,
    previous  date   not null,          -- 0001-01-01: never before
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    indicator text   not null,
    n         bigint not null,
    primary key (month, previous, city, partner, sector, indicator)
);

-- What spans are counted from: no page reads it.
create table if not exists members (
    indicator text   not null,
    member    text   not null,          -- the pseudonymous id that is counted once
    month     date   not null,
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    n         bigint not null,
    primary key (indicator, member, month, city, partner, sector)
);
