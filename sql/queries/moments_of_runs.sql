-- When was each of these runs?
select run_number, at from core.run where run_number = any(:run_numbers)
