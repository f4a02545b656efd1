"""A summary in Telegram's HTML, as plain lines, and whose words they are."""

from dataclasses import replace

from markupsafe import Markup, escape

from digestbot.core.summary import Bullet, Section, Summary, in_sections
from digestbot.render.i18n import words
from digestbot.render.split import clip, units


def section_name(section: Section, language: str) -> str:
    t = words(language).gettext
    names = {
        Section.NEW: t("What's new"),
        Section.TECHNICAL: t("Technical details"),
        Section.RESULTS: t("Results"),
    }
    return names[section]


def shortened(summary: Summary, limit: int) -> Summary:
    """Return *summary* with the bullets, in their order, that fit into *limit* units; one at least, cut."""
    kept: list[Bullet] = []
    left = limit
    for bullet in summary.bullets:
        left -= units(bullet.text) + units("• \n")
        if left < 0:
            break
        kept.append(bullet)
    first = summary.bullets[0]
    return replace(summary, bullets=tuple(kept) or (replace(first, text=clip(first.text, limit)),))


def as_html(summary: Summary, language: str, limit: int) -> Markup:
    """Return *summary* as Telegram's HTML, a bullet a line, under the names of its sections."""
    told = []
    for section, bullets in in_sections(shortened(summary, limit).bullets):
        if section:
            told.append(Markup("<b>{}</b>").format(section_name(section, language)))
        told += [escape(_line(bullet, summary)) for bullet in bullets]
    return Markup("\n").join(told)


def as_text(summary: Summary, language: str) -> str:
    """Return *summary* as plain lines."""
    told = []
    for section, bullets in in_sections(summary.bullets):
        told += [section_name(section, language)] if section else []
        told += [_line(bullet, summary) for bullet in bullets]
    return "\n".join(told)


def _line(bullet: Bullet, summary: Summary) -> str:
    return bullet.text if len(summary.bullets) == 1 else f"• {bullet.text}"
