create table if not exists evaluation_links (
    digest   text primary key,                  -- SHA-256 of a token that was given to somebody, never to whom
    training text not null
);
create index if not exists evaluation_links_training on evaluation_links (training);
create table if not exists evaluation_answers (
    id                uuid     primary key default gen_random_uuid(),
    training          text     not null,
    score             smallint not null check (score between 1 and 10),
    confidence_before smallint not null check (confidence_before between 1 and 5),
    confidence_after  smallint not null check (confidence_after between 1 and 5),
    improve           text
);
create index if not exists evaluation_answers_training on evaluation_answers (training);
