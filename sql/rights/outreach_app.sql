-- What may the program do? Run by the owner after the migrations, whenever this file has changed and after a restore:
-- every line may be run again. Tables of a later migration in these schemas need no line of their own.
grant usage on schema raw, core, outreach, audit to outreach_app;
grant select, insert, update, delete, truncate on all tables in schema raw, core, outreach to outreach_app;
grant usage, select, update on all sequences in schema raw, core, outreach to outreach_app;
grant select on all tables in schema audit to outreach_app;
grant insert (at, actor, act, facts, why) on audit.event to outreach_app;
alter default privileges in schema raw, core, outreach
    grant select, insert, update, delete, truncate on tables to outreach_app;
alter default privileges in schema raw, core, outreach grant usage, select, update on sequences to outreach_app;
alter default privileges in schema audit grant select on tables to outreach_app;

do $$
begin
    if current_setting('server_version_num')::int >= 170000 then  -- before 17 only an owner may analyze; others are warned
        execute 'grant maintain on all tables in schema raw, core, outreach to outreach_app';
        execute 'alter default privileges in schema raw, core, outreach grant maintain on tables to outreach_app';
    end if;
end
$$;
