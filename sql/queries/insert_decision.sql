-- A person decided about a pair of records, or took a decision back. Answers its number.
insert into core.decision (decided_at, decided_by, verdict, record_id_l, record_id_r, because, undoes, item_id, run_number)
values (:decided_at, :decided_by, :verdict, :record_id_l, :record_id_r, :because, :undoes, :item_id, :run_number)
returning decision_number
