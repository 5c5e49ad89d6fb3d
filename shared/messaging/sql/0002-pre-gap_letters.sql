-- The letter of a gap keeps the message that came behind it, which may become a dead letter of its own later.
update discards set identity = 'gap:' || identity
where exists (
    select from dead_letters letter
    where (letter.consumer, letter.topic, letter.partition, letter.identity)
        = (discards.consumer, discards.topic, discards.partition, discards.identity)
      and letter.reason = 'gap' and letter.identity not like 'gap:%'
);
update dead_letters set identity = 'gap:' || identity where reason = 'gap' and identity not like 'gap:%';
