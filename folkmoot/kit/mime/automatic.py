"""Whether a person wrote a letter, and if not, what did (RFC 3834, 3464, 8098, 5965)."""

import re

from folkmoot.kit.mime.headers import Headers
from folkmoot.kit.mime.letter import Automatic, Mailbox
from folkmoot.kit.mime.parts import Part, walk

_REPORTS: dict[str, Automatic] = {
    "message/feedback-report": "complaint",
    "message/disposition-notification": "receipt",
    "message/delivery-status": "bounce",
    "message/global-delivery-status": "bounce",
    "feedback-report": "complaint",
    "disposition-notification": "receipt",
    "delivery-status": "bounce",
}
_DAEMONS = re.compile(r"(?i)(mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?daemon)\b")
_DAEMON_NAMES = re.compile(
    r"(?i)\b(mail(er)?[- ]?(delivery[- ])?(daemon|subsystem|system)|post[-_]?master|mail delivery service|bounce)\b"
)
_NO_REPLY = re.compile(r"no[-_.]?reply@")
_FAILED = re.compile(
    r"(?i)undeliver|delivery (status|fail|report|problem|notif|has failed)|returned (mail|to sender)"
    r"|failure notice|mail (delivery )?fail|could not be delivered|unzustellbar|non[- ]remis|nondeliver"
    r"|mail system error|error sending|warning: message|message status|メールエラー"
)
_AWAY = re.compile(
    r"(?i)out[- ]of[- ](the[- ])?office|auto(matic|mated)?[- ]?(repl|respon|antwort)|vacation|abwesen|absen[ct]"
    r"|away from|ooo\b|r[ée]ponse automatique|respuesta autom|resposta autom|risposta autom|自动回复|自動"
)
_AMAZON = re.compile(rb'"notificationType"\s*:\s*"(Bounce|Complaint)"')
_AMAZON_KINDS: dict[bytes, Automatic] = {b"Bounce": "bounce", b"Complaint": "complaint"}
_ANSWERING_MACHINES = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-apple-action")


def automatic(root: Part, sender: Mailbox, subject: str, envelope_sender: str) -> Automatic:
    """Say what made this letter; empty when a person did."""
    fields = root.headers
    if report := _report(root) or _notice(root, subject):
        return report
    is_from_nobody = envelope_sender.strip() == "<>" or fields.first("return-path").strip() == "<>"
    if _is_from_daemon(fields, sender, subject, is_from_nobody=is_from_nobody):
        return "bounce"
    if _answers_by_itself(fields, subject, is_from_nobody=is_from_nobody):
        return "auto-reply"
    return "bounce" if is_from_nobody else ""


def _report(root: Part) -> Automatic:
    """A report is known by the kind of its second part (RFC 6522)."""
    if root.kind == "multipart/report":
        declared = _REPORTS.get(root.params.get("report-type", "").lower())
        if declared:
            return declared
    for part in walk(root):
        if found := _REPORTS.get(part.kind):
            return found
    return "bounce" if root.kind == "multipart/report" else ""


def _notice(root: Part, subject: str) -> Automatic:
    """What Hotmail and Amazon send in place of reports."""
    if subject.lower().startswith("complaint about message from") and root.children:
        return "complaint"
    if "x-amz-sns-message-id" in root.headers:
        content = root.content().replace(b'\\"', b'"')
        kind = _AMAZON.search(content)
        return _AMAZON_KINDS[kind[1]] if kind else "auto-reply"
    return ""


def _is_from_daemon(fields: Headers, sender: Mailbox, subject: str, *, is_from_nobody: bool) -> bool:
    if _DAEMONS.match(sender.address or sender.name) or "x-failed-recipients" in fields:
        return not _says_auto_replied(fields) or bool(_FAILED.search(subject))
    if not _FAILED.search(subject):
        return False
    if _DAEMON_NAMES.search(sender.name) or _NO_REPLY.match(sender.address):
        return True
    return is_from_nobody or _says_auto_replied(fields)


def _says_auto_replied(fields: Headers) -> bool:
    return fields.first("auto-submitted").lower().startswith("auto-replied")


def _answers_by_itself(fields: Headers, subject: str, *, is_from_nobody: bool) -> bool:
    submitted = fields.first("auto-submitted").partition(";")[0].strip().lower()
    if submitted:
        return submitted != "no"
    if any(name in fields for name in _ANSWERING_MACHINES):
        return True
    precedence = fields.first("precedence").strip().lower()
    if precedence in ("auto_reply", "junk") or (precedence == "bulk" and "list-id" not in fields):
        return True
    if "x-auto-response-suppress" in fields:
        return True
    return is_from_nobody and bool(_AWAY.search(subject))
