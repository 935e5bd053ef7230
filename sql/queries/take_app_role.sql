-- From here to its end the transaction may do what the program may, and no more.
set local role outreach_app
