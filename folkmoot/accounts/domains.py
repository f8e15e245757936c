"""Which domains say where somebody works, and which don't."""

import re

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from folkmoot.kit.errors import Refused

LONGEST = 200

# Anybody gets an address at these.
FREE = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de hotmail.fr
    hotmail.it live.com live.co.uk live.de live.nl msn.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.de
    yahoo.fr yahoo.it yahoo.es ymail.com rocketmail.com aol.com aim.com icloud.com me.com mac.com gmx.com gmx.de gmx.net
    gmx.at gmx.ch web.de t-online.de freenet.de arcor.de online.de mail.de posteo.de posteo.net mailbox.org
    tutanota.com tutanota.de tuta.com tuta.io proton.me protonmail.com protonmail.ch pm.me fastmail.com fastmail.fm
    hey.com zoho.com zohomail.com mail.com email.com usa.com inbox.com hushmail.com runbox.com disroot.org riseup.net
    mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net i.ua qq.com 163.com 126.com yeah.net
    sina.com sina.cn sohu.com foxmail.com aliyun.com naver.com hanmail.net daum.net nate.com rediffmail.com docomo.ne.jp
    ezweb.ne.jp softbank.ne.jp orange.fr wanadoo.fr free.fr sfr.fr laposte.net bbox.fr libero.it virgilio.it alice.it
    tin.it tiscali.it telefonica.net terra.com.br uol.com.br bol.com.br ig.com.br seznam.cz email.cz centrum.cz post.cz
    wp.pl o2.pl onet.pl interia.pl op.pl gazeta.pl abv.bg freemail.hu citromail.hu ziggo.nl kpnmail.nl xs4all.nl
    planet.nl telenet.be skynet.be bluewin.ch hispeed.ch sunrise.ch aon.at chello.at comcast.net verizon.net att.net
    sbcglobal.net bellsouth.net cox.net charter.net earthlink.net optonline.net shaw.ca rogers.com sympatico.ca
    btinternet.com virginmedia.com ntlworld.com sky.com talktalk.net bigpond.com optusnet.com.au mailinator.com
    guerrillamail.com 10minutemail.com duck.com relay.firefox.com privaterelay.appleid.com simplelogin.com
    users.noreply.github.com
    """.split()
)
# Below these, each name is somebody else's.
SHARED = frozenset(
    """
    co.uk org.uk ac.uk gov.uk me.uk ltd.uk plc.uk com.au net.au org.au edu.au gov.au co.nz org.nz ac.nz co.jp
    ne.jp or.jp ac.jp go.jp co.kr or.kr ac.kr com.br org.br net.br gov.br com.mx org.mx com.ar com.tr org.tr
    com.cn net.cn org.cn edu.cn co.in org.in net.in ac.in com.sg com.hk com.tw co.za org.za co.il org.il ac.il
    co.id com.my com.ph com.vn com.ua co.at or.at ac.at com.pl org.pl edu.pl com.pt com.gr com.es org.es
    github.io gitlab.io herokuapp.com
    """.split()
)


def clean_domain(domain: str) -> str:
    """Return a domain as rows have it; refuse what can't be one company's."""
    name = any_domain(domain)
    if name in SHARED or FREE & set(above_of(name)):
        raise Refused(
            _("Anybody can have an address at %(domain)s, so it says nothing of a company.") % {"domain": name}
        )
    return name


def any_domain(domain: str) -> str:
    """Return a domain as rows have it, whoever may have an address there; refuse what is none."""
    name = domain.strip().lower().lstrip("@").rstrip(".")
    try:
        name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        name = ""
    if len(name) > LONGEST or not is_domain(name):
        raise Refused(_("“%(domain)s” is not a domain. Write it like “example.com”.") % {"domain": domain.strip()[:80]})
    return name


def at_domain(domain: str) -> Q:
    """Which addresses are at a domain, or below it."""
    return Q(email__endswith=f"@{domain}") | Q(email__endswith=f".{domain}")


def is_at(address: str, domain: str) -> bool:
    """Whether one address is."""
    return address.endswith((f"@{domain}", f".{domain}"))


def is_domain(name: str) -> bool:
    return bool(re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*", name))


def above_of(domain: str) -> list[str]:
    """The domain and all above it that have a dot: of a.b.example.com also b.example.com and example.com."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]
