-- A file that was taken in before was read anew: it stays taken in, where it was in the order.
update raw.delivery set status = 'accepted' where delivery_id = :delivery_id
