"""What the records allow at most: an oracle that knows every true chain answers each call, and is scored as the others.

It knows which records belong to the call and leaps every gap rightly, but says no more than honest records and the
report name. It says `ambiguous` where the report may as well mean another's call, and believes a lie where nothing
on file contradicts it, since nobody could know better.
"""

from __future__ import annotations

from judging import Told, Truth

AMBIGUOUS = "ambiguous"


def oracle(true: Truth) -> Told:
    """The best answer that the records allow."""
    if true["indistinguishable"]:
        return Told((), verdict=AMBIGUOUS)
    if not true["holders"]:
        return Told(tuple(true["nameable_path"][:1]))
    believed = deceiving(true)
    if believed is not None:
        return _deceived(true, believed)
    path = tuple(true["nameable_path"])
    if not true["origin_on_file"]:
        return Told(path)
    return Told(path, originator=true["origin"], customer=true["customer"])


def deceiving(true: Truth) -> dict[str, str | None] | None:
    """The lie at the end of the chain that no record on file contradicts, if there is one."""
    if true["refutable"] is not False:
        return None
    told = [lie for lie in true["lies"] if lie["lie"] in {"blames", "invents"} and lie["carrier"] == true["furthest"]]
    return told[0] if told else None


def _deceived(true: Truth, lie: dict[str, str | None]) -> Told:
    """The answer that follows the lie: the chain to the liar, and on to whom it accuses."""
    path = tuple(true["path"][: true["furthest_position"] + 1])
    accused = lie["accused"]
    if accused is not None:
        return Told((*path, accused))
    return Told(path, originator=lie["carrier"], customer="?")
