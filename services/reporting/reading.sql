-- One row a figure and a way to tell it: `by` names the way, `key` its value; by '' is the whole of a distinct one.
-- $1 first month, $2 last day, $3 city, $4 partner, $5 sector, null for any.
with within as (
    select * from figures
    where month between $1 and $2
        and ($3::text is null or city = $3) and ($4::text is null or partner = $4) and ($5::text is null or sector = $5)
),
asked as (
    select coalesce($3, '*') as city, coalesce($4, '*') as partner, coalesce($5, '*') as sector
),
seen as (
    select spans.* from spans where month between $1 and $2
),
once as (
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
from once join asked using (city, partner, sector) group by indicator
union all
select indicator, 'sector', once.sector, sum(n)::bigint
from once join asked using (city, partner)
where once.sector <> '*' and asked.sector in ('*', once.sector) group by indicator, once.sector
union all
select indicator, 'city', once.city, sum(n)::bigint
from once join asked using (partner, sector)
where once.city <> '*' and asked.city in ('*', once.city) group by indicator, once.city
union all
select indicator, 'partner', once.partner, sum(n)::bigint
from once join asked using (city, sector)
where once.partner <> '*' and asked.partner in ('*', once.partner) group by indicator, once.partner
union all
select indicator, 'month', to_char(month, 'YYYY-MM'), sum(n)::bigint
from seen join asked using (city, partner, sector) group by indicator, month
