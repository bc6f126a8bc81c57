ALTER TABLE ${schema}.sample ADD COLUMN place text;
