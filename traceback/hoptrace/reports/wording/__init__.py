"""Words of reports: languages, the phrasebook, names, times."""
