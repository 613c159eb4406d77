"""Hands one mail to the server over SMTP, and says in the words of the outbox what became of it. Blocks."""

import logging
import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import NamedTuple

from connectors.line.delivering import Answer
from connectors.mail.server import MailServer

logger = logging.getLogger(__name__)

STEP_SECONDS = 15.0  # for each answer of the server; there are about ten
_DONE = {250, 251}
_PERMANENT = 500  # codes from here on: asking again would not help


class Result(NamedTuple):
    """What became of a mail; `words` say why, without the address."""

    answer: Answer
    words: str = ""


class Post:
    """The way to the mail server: one connection a mail, for there are few."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def send(self, message: EmailMessage, to: str) -> Result:
        """Hands `message` over for `to`. Accepted means that the server answers for it from now on."""
        try:
            smtp = self._connected()
        except smtplib.SMTPAuthenticationError as error:
            logger.critical("the mail server refuses our log-in; nothing is mailed until it is mended")
            return Result(Answer.RATE_LIMITED, f"{error.smtp_code} メールサーバーにログインできません")
        except OSError as error:  # smtplib's errors are such, too
            logger.warning("the mail server cannot be reached: %s", type(error).__name__)
            return Result(Answer.RATE_LIMITED, f"メールサーバーにつながりません({type(error).__name__})")
        try:
            result = self._hand_over(smtp, message, to)
        finally:
            with suppress(OSError):
                smtp.quit()
            smtp.close()
        return Result(result.answer, re.sub(re.escape(to), "…", result.words, flags=re.IGNORECASE))

    def _connected(self) -> smtplib.SMTP:
        server, tls = self._server, ssl.create_default_context()
        name = server.sender.domain  # not this machine's: nobody outside needs it
        if server.is_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, name, timeout=STEP_SECONDS, context=tls)
        else:
            smtp = smtplib.SMTP(server.host, server.port, name, timeout=STEP_SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            # A password goes out encrypted or not at all; else encryption is taken where it is offered.
            if not server.is_tls and (server.user or (smtp.has_extn("starttls") and not server.is_here)):
                smtp.starttls(context=tls)
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except OSError:
            smtp.close()
            raise
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, message: EmailMessage, to: str) -> Result:
        try:
            for code, words in (smtp.mail(self._server.sender.addr_spec), smtp.rcpt(to)):
                if code not in _DONE:
                    return _refused(code, words)
        except OSError as error:
            return Result(Answer.RATE_LIMITED, f"途中で切れました({type(error).__name__})")
        try:
            code, words = smtp.data(message.as_bytes())
        except smtplib.SMTPDataError as error:  # before a word of it went out
            return _refused(error.smtp_code, error.smtp_error)
        except OSError as error:  # nobody knows whether it was taken
            return Result(Answer.AMBIGUOUS, f"送信の途中で切れました({type(error).__name__})")
        return Result(Answer.ACCEPTED) if code in _DONE else _refused(code, words)


def _refused(code: int, words: bytes | str) -> Result:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    answer = Answer.REFUSED if code >= _PERMANENT else Answer.RATE_LIMITED
    return Result(answer, f"{code} {' '.join(said.split())}")
