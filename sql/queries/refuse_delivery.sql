-- A file is not taken in: itself refused, or held back because another file of its agency was.
update raw.delivery
set status = :status, row_count = :row_count, refused_code = :fault_code, refused_message = :message
where delivery_id = :delivery_id
