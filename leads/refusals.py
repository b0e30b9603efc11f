class Refused(Exception):
    """Something that the rules do not allow now. Its text is for the person who tried."""
