-- A file's rows are in raw.
update raw.delivery
set status = 'received', row_count = :row_count, missing_columns = :missing_columns, other_encoding_lines = :other_encoding_lines,
    refused_code = null, refused_message = null
where delivery_id = :delivery_id
