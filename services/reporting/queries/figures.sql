-- One row for a figure and a value of a dimension: `by` names the dimension; by '' is the total of a distinct one.
-- $1 first day, $2 city, $3 partner, $4 sector, null for any; then the parts of the period, each from and to:
-- $5 $6 its days before its whole months, $7 $8 the first days of these, $9 $10 its days after them.
with counted as (
    select month, city, partner, sector, indicator, reason, n from figures where month between $7::date and $8::date
    union all
    select date_trunc('month', day)::date, city, partner, sector, indicator, reason, n from figures_by_day
    where day between $5 and $6
    union all
    select date_trunc('month', day)::date, city, partner, sector, indicator, reason, n from figures_by_day
    where day between $9 and $10
),
within as (
    select * from counted
    where ($2::text is null or city = $2) and ($3::text is null or partner = $3) and ($4::text is null or sector = $4)
),
narrowing as (
    select coalesce($2, '*') as city, coalesce($3, '*') as partner, coalesce($4, '*') as sector
),
seen as (  -- `new`: never before in the period; `of_month`: never before in that month of it
    select month, city, partner, sector, indicator, n,
        previous < date_trunc('month', $1::date) as new, true as of_month
    from distinct_counts where month between $7::date and $8::date
    union all
    select date_trunc('month', seen)::date, city, partner, sector, indicator, n, true, true
    from distinct_counts_by_day where seen between $5 and $6 and previous < $1
    union all  -- in the whole months, after days of the first month that lie before the period
    select date_trunc('month', seen)::date, city, partner, sector, indicator, n, true, false
    from distinct_counts_by_day
    where previous >= date_trunc('month', $1::date)::date and previous < $1
        and seen >= $7 and seen < $8::date + interval '1 month'
    union all
    select date_trunc('month', seen)::date, city, partner, sector, indicator, n, previous < $1, true
    from distinct_counts_by_day where seen between $9 and $10 and previous < $9
),
new as (
    select * from seen where new
)
select
    indicator,
    case grouping(reason, sector, city, partner)
        when 7 then 'reason' when 11 then 'sector' when 13 then 'city' when 14 then 'partner' else 'month'
    end as by,
    coalesce(reason, sector, city, partner, to_char(month, 'YYYY-MM')) as key,
    sum(n)::bigint as n
from within
group by grouping sets
    ((indicator, reason), (indicator, sector), (indicator, city), (indicator, partner), (indicator, month))
union all
select indicator, '', '', sum(n)::bigint
from new join narrowing using (city, partner, sector) group by indicator
union all
select indicator, 'sector', new.sector, sum(n)::bigint
from new join narrowing using (city, partner)
where new.sector <> '*' and narrowing.sector in ('*', new.sector) group by indicator, new.sector
union all
select indicator, 'city', new.city, sum(n)::bigint
from new join narrowing using (partner, sector)
where new.city <> '*' and narrowing.city in ('*', new.city) group by indicator, new.city
union all
select indicator, 'partner', new.partner, sum(n)::bigint
from new join narrowing using (city, sector)
where new.partner <> '*' and narrowing.partner in ('*', new.partner) group by indicator, new.partner
union all
select indicator, 'month', to_char(month, 'YYYY-MM'), sum(n)::bigint
from seen join narrowing using (city, partner, sector) where of_month group by indicator, month
