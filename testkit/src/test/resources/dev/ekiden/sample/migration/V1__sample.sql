CREATE TABLE ${schema}.sample (id bigint PRIMARY KEY);
