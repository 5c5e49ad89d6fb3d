create table if not exists likenesses (
    person  text    not null,
    kind    text    not null,                   -- phone, email, birth_year: what is compared together with the name
    digest  bytea   not null,                   -- keyed, of the normalised name and that
    primary key (person, digest)
);
create index if not exists likenesses_digest on likenesses (digest);
