-- The login may take the role under which the program works.
grant outreach_app to current_user
