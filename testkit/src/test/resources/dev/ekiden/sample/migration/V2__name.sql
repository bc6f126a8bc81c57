ALTER TABLE ${schema}.sample ADD COLUMN name text;
