-- The role under which the program works is made where it is not yet; another database of the server may just be doing so.
do $$
begin
    create role outreach_app nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$
