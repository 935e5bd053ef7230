-- Up to which revision is the schema?
select version_num from audit.alembic_version
