-- Are the files of published lists kept by their hash?
select to_regclass('outreach.artifact') is not null
