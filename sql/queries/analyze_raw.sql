-- The database learns how many rows a large file has, so that it reads them batch by batch by their index. Untold, it
-- sorts all that are left of the file for every batch.
analyze raw.delivered_row
