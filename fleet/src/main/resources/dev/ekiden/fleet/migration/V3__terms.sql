-- The terms of a decision's reason, so that it can be told in other languages than the sentence. Null
-- where an earlier build decided.
ALTER TABLE ${schema}.fleet_decision ADD COLUMN why jsonb;
