-- One row for a figure and a value of a dimension: `by` names the dimension; by '' is the total of a distinct one.
-- $1 first month, $2 last day, $3 city, $4 partner, $5 sector, null for any.
with within as (
    select * from figures
    where month between $1 and $2
        and ($3::text is null or city = $3) and ($4::text is null or partner = $4) and ($5::text is null or sector = $5)
),
narrowing as (
    select coalesce($3, '*') as city, coalesce($4, '*') as partner, coalesce($5, '*') as sector
),
seen as (
    select distinct_counts.* from distinct_counts where month between $1 and $2
),
new as (  -- first seen in the period
    select * from seen where previous < $1
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
from seen join narrowing using (city, partner, sector) group by indicator, month
