create table if not exists written (
    one boolean     primary key default true check (one),
    at  timestamptz not null
);
