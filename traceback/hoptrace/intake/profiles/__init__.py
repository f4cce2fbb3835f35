"""What a profile may say, part by part; and the profiles that hoptrace brings along, as TOML files beside this one."""
