-- Records are sealed, or tombstones lifted: why, and how many. Answers the number of the act.
insert into core.sealing (at, actor, cause, because, record_count, row_count)
values (:at, :actor, :cause, :because, :record_count, :row_count)
returning sealing_number
