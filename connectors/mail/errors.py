"""What can be wrong with e-mail before anything is mailed."""


class MailSettingsError(ValueError):
    """Settings of e-mail that cannot be used; the words are for the operator and show no value, which may be secret."""
