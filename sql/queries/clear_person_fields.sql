-- Best values are made afresh by every run.
truncate core.person_field
