-- What processes of the earlier version still wrote.
select take_over_links();
