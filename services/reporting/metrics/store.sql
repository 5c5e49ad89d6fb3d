-- What is read; the rows it is counted from have a table for each projection, beside these (projections/). Idempotent.
-- Whole months are read from `figures`, the days of a month that a period begins or ends within from `figures_by_day`.
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
create table if not exists figures_by_day (
    day       date   not null,
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    indicator text   not null,
    reason    text   not null,
    n         bigint not null,
    primary key (day, city, partner, sector, indicator, reason)
);

-- Of distinct indicators: how many were seen in a month, by the month in which they were last seen before it;
-- and the same by day. A city, partner or sector of '*' is any.
create table if not exists distinct_counts (
    month     date   not null,          -- its first day
    previous  date   not null,          -- 0001-01-01: never before
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    indicator text   not null,
    n         bigint not null,
    primary key (month, previous, city, partner, sector, indicator)
);
create table if not exists distinct_counts_by_day (
    seen      date   not null,
    previous  date   not null,
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    indicator text   not null,
    n         bigint not null,
    primary key (seen, previous, city, partner, sector, indicator)
);
create index if not exists distinct_counts_by_day_previous on distinct_counts_by_day (previous, seen);

-- What distinct counts are computed from: no query reads it.
create table if not exists distinct_members (
    indicator text   not null,
    member    text   not null,          -- the pseudonymous id that is counted once
    day       date   not null,
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    n         bigint not null,
    primary key (indicator, member, day, city, partner, sector)
);

-- What figures come from, for those who may see it: only the lineage of one figure reads it, page by page.
create table if not exists figure_sources (
    indicator text   not null,
    day       date   not null,
    source    text   not null,          -- the pseudonymous id of a journey, or that of an activity
    city      text   not null,
    partner   text   not null,
    sector    text   not null,
    reason    text   not null,
    n         bigint not null,
    primary key (indicator, day, source, city, partner, sector, reason)
);
