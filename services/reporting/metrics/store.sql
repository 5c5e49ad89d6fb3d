-- What is read; the rows it is counted from have a table for each projection, beside these (projections/). Idempotent.
create table if not exists figures (
    month     date   not null,          -- its first day
    city      text   not null,          -- whose city: see catalogue.json
    partner   text   not null,          -- organisation id, or ''
    sector    text   not null,
    indicator text   not null,
    reason    text   not null,          -- a code, the days of a kind "days", or ''
    n         bigint not null,
    primary key (month, city, partner, sector, indicator, reason)
);

-- Of distinct indicators: how many were seen in a month, by the month in which they were last seen before it.
-- A city, partner or sector of '*' is any.
create table if not exists distinct_counts (
    month     date   not null,
    previous  date   not null,          -- 0001-01-01: never before
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    indicator text   not null,
    n         bigint not null,
    primary key (month, previous, city, partner, sector, indicator)
);

-- What distinct_counts are computed from: no query reads it.
create table if not exists distinct_members (
    indicator text   not null,
    member    text   not null,          -- the pseudonymous id that is counted once
    month     date   not null,
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    n         bigint not null,
    primary key (indicator, member, month, city, partner, sector)
);
