drop table if exists answers;
