"""The rooms of the house, in the order of the menu. Apart from the settings, so that `yakuba --help` reads no more."""

# A new room is one folder in services/ and one line here.
YAKUBA_ROOMS = [
    "reading",
    "robots",
    "reform",
    "nursery",
    "answers",
    "translation",
    "drafting",
    "minutes",
    "intake",
    "queue",
    "corefiles",
    "worklogs",
    "cityhub",
    "surveys",
    "claims",
    "outreach",
    "fieldwork",
    "simulators",
    "sharing",
    "vision",
]
