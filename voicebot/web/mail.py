"""Mail by the configured server. Error texts name what failed and never an address or a text."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path

from voicebot.core.afterwards import Mail
from voicebot.core.errors import EngineError
from voicebot.web.settings import MailSecurity, MailSettings

MOST_ATTACHED_BYTES = 20_000_000


class MailRefused(EngineError):
    """The server will never take it: another attempt is of no use."""


def send(mail: Mail, notice_id: str, settings: MailSettings, data: Path) -> None:
    """Hand one mail to the server; blocks. `data` is the folder that attachments are below.
    Raises `EngineError`."""
    if not settings.host:
        raise EngineError("mail: no server is configured")
    message = _message(mail, notice_id, settings, data)
    try:
        with _connected(settings) as server:
            if settings.user:
                server.login(settings.user, settings.password)
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        kind = MailRefused if codes and min(codes) >= 500 else EngineError
        raise kind(f"mail: the server refused the recipient ({max(codes, default=0)})") from None
    except smtplib.SMTPResponseException as error:
        raise EngineError(f"mail: the server answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise EngineError(f"mail: {type(error).__name__}") from None


def _connected(settings: MailSettings) -> smtplib.SMTP:
    if settings.security is MailSecurity.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=settings.timeout_s, context=context
        )
    server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
    if settings.security is MailSecurity.STARTTLS:
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _message(mail: Mail, notice_id: str, settings: MailSettings, data: Path) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.sender or settings.user
    message["To"] = ", ".join(mail.to)
    message["Subject"] = " ".join(mail.subject.split())
    domain = (settings.sender or settings.user).rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{notice_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    for name in mail.attachments:
        message.add_attachment(
            _attached(data, name), maintype="audio", subtype="wav", filename=Path(name).name
        )
    return message


def _attached(data: Path, name: str) -> bytes:
    """A file of the data folder's messages, and no other."""
    folder, path = (data / "messages").resolve(), (data / name).resolve()
    if not path.is_relative_to(folder):
        raise MailRefused("mail: an attachment is no message of a caller")
    try:
        if path.stat().st_size > MOST_ATTACHED_BYTES:
            raise MailRefused(f"mail: an attachment has more than {MOST_ATTACHED_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise MailRefused(f"mail: an attachment cannot be read: {error.strerror}") from None
