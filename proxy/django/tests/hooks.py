"""What a site may put in the place of the app's own rules."""


def is_bob(user: object, table: object) -> bool:
    return str(user) == 'bob'


def everybody(user: object) -> bool:
    return True
