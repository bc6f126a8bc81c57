CREATE TABLE ${schema}.half (id bigint); SELECT nonsense;
