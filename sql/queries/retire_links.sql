-- Until they are linked again, records keep their last person without counting.
update core.link set is_current = false where is_current
