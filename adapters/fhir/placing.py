"""Of what and where an Observation was taken: its specimen, the part of the body, the posture, whose device.

Hosts here write words where the standard expects codes, so both are read. A specimen that a fact cannot be of makes
the value unknown. A reference that leads nowhere says nothing of a specimen: the code of the result then stands, as
with a message or a document that names none. Servers send results without their specimens as a rule.
"""

import re
from functools import lru_cache
from typing import Final

from sangao.adapters.fhir.answers import among, answers, coded, keys, said
from sangao.adapters.fhir.gathering import Resource
from sangao.adapters.fhir.shapes import Concept, Json, concept, mapping, mappings, reference, text
from sangao.adapters.fhir.taking import Taken
from sangao.adapters.specimens import CAPILLARY, VENOUS, is_of, of_specimen

WHOLE: Final = ("全血", "whole")
ARM: Final = re.compile(
    r"(双侧?|两侧?)?(?P<side>左侧?|右侧?)?(上臂|上肢|手臂|胳膊|臂)(肱动脉)?(?P<after>\(?[左右]侧?\)?)?"
    r"|(structureof)?(?P<en>left|right)?(upper)?(arm|limb)(structure)?"
)
UPRIGHT_OR_LYING: Final = re.compile(
    r"立位|站立|站姿|直立|卧|躺|standing|upright|lying|supine|recumbent", re.IGNORECASE
)
HOME: Final = re.compile(r"家用|家庭|居家|\bhome\b", re.IGNORECASE)
_SPACES: Final = re.compile(r"[\s,，.。_-]+")


def specimen(resource: Resource, taken: Taken) -> str | None:
    """Return what is said of the specimen in the words of the national forms, None where nothing is said.

    An unknown word stays what it is; a code nobody knows, without a word beside it, is its own word.
    """
    given = resource.content.get("specimen")
    if given is None:
        return None
    found = taken.gathered.resolve(reference(given), resource)
    kind = _told(found.content.get("type")) if found is not None and found.type == "Specimen" else None
    shown = text(given) or text(mapping(given).get("display"))
    return _worded(kind, shown)


@lru_cache(512)
def _worded(kind: Concept | None, shown: str | None) -> str | None:
    table = answers().specimens
    parts = [table[key] for key in keys(kind) if key in table] if kind is not None else []
    names = [*(kind.names if kind is not None else ()), *([shown] if shown else ())]
    parts += names or ([one.code for one in kind.codings] if kind is not None and not parts else [])
    return of_specimen(" ".join(parts)) or None


def can_be_of(fact: str, words: str | None) -> bool:
    """Return whether a fact can be of a specimen.

    >>> can_be_of("fpg", "尿液"), can_be_of("fpg", "末梢血"), can_be_of("uacr", None)
    (False, True, True)
    """
    return words is None or is_of(fact, words)


def sample(own: str | None, words: str | None) -> str | None:
    """Return the sample of a glucose, by what its code says and by the words for its specimen.

    What is said and not understood, and whole blood, is not taken for the plasma that a code claims.

    >>> [sample("venous_plasma", one) for one in (None, "静脉血", "血", "末梢血", "全血", "甲管")]
    ['venous_plasma', 'venous_plasma', 'venous_plasma', 'capillary', 'unknown', 'unknown']
    >>> sample("capillary", "静脉血"), sample(None, "血清"), sample("unknown", "甲管")
    ('capillary', 'venous_plasma', 'unknown')
    """
    if words is None:
        return own
    if any(one in words for one in CAPILLARY):
        return "capillary"
    if any(one in words for one in VENOUS):
        return own or "venous_plasma"
    if own in (None, "venous_plasma") and ("血" not in words or any(one in words.lower() for one in WHOLE)):
        return "unknown"
    return own


def where(content: Json) -> tuple[str | None, str | None]:
    """Return the arm a pressure was measured at, and the problem of one that was not taken as an office pressure is."""
    arm, wrong = _site(content.get("bodySite"))
    if wrong is not None:
        return None, wrong
    if any(UPRIGHT_OR_LYING.search(one) for one in _told(content.get("method")).names):
        return arm, "fhir.other_circumstance"
    for url, value in _extended(content):
        usual = answers().circumstances.get(url)
        if usual is not None and not among(value, usual):
            return arm, "fhir.other_circumstance"
    return arm, None


def setting(content: Json) -> str | None:
    """Return where a measurement was taken, None where nothing says: by the extension for it, else by the device."""
    for url, value in _extended(content):
        found = said(value, answers().settings) if url == answers().setting_in else None
        if found is not None:
            return found
    device = text(mapping(content.get("device")).get("display"))
    return "home" if device is not None and HOME.search(device) else None


def _extended(content: Json) -> list[tuple[str, Concept]]:
    return [
        (text(one.get("url")) or "", concept(one.get("valueCodeableConcept")))
        for one in mappings(content.get("extension"))
    ]


def _told(given: object) -> Concept:
    """Return a concept with its words, also where they stand as a bare text or beside no code."""
    found = concept(given)
    shown = [said for one in mappings(mapping(given).get("coding")) if (said := text(one.get("display")))]
    return found if found.names else Concept(found.codings, text(given) or " ".join(shown) or None)


def _site(given: object) -> tuple[str | None, str | None]:
    return _arm(_told(given))


@lru_cache(512)
def _arm(site: Concept) -> tuple[str | None, str | None]:
    """Return the arm that codes and words agree on; anything else that is said is no upper arm."""
    table = answers().arms
    known = [table[key] for key in keys(site) if key in table]
    words = [arm_of(one) for one in site.names]
    strange = any(key not in table and not one.display for key, one in zip(keys(site), site.codings, strict=True))
    if not known and not words and not site.codings:
        return None, None
    if None in words or (strange and (coded(site) or not words) and not known):
        return None, "fhir.other_site"
    sides = {one for one in (*known, *words) if one in ("left", "right")}
    return (sides.pop() if len(sides) == 1 else "any"), None


def arm_of(words: str) -> str | None:
    """Return the arm that words for a part of the body mean, `any` without a side; None for every other part.

    >>> [arm_of(one) for one in ("左上臂", "上肢(右)", "手臂", "Left upper arm structure", "手腕", "左前臂", "大腿")]
    ['left', 'right', 'any', 'left', None, None, None]
    """
    found = ARM.fullmatch(_SPACES.sub("", words).replace("（", "(").replace("）", ")").lower())
    if found is None:
        return None
    told = (found["side"] or "") + (found["after"] or "") + (found["en"] or "")
    return "left" if "左" in told or "left" in told else "right" if told.strip("()") else "any"
