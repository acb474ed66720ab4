"""Names of personas in a workspace: kept with where each persona stood, and taken back."""

from collections.abc import Mapping, Sequence

from models.persona_names import LONGEST_NAME, KeptPersona, checked_names
from models.personas import Personas
from warehouse.settings import Settings

__all__ = ["PLACE", "can_undo", "keep", "kept_personas", "undo"]

#: Where a workspace keeps them: a list of what was kept, newest last.
PLACE = "decided:personas"
#: So many changes can be taken back.
MOST_CHANGES = 20


def kept_personas(settings: Settings) -> tuple[KeptPersona, ...]:
    """The personas as they were last kept; none before anybody kept them.

    What is no persona is passed over: the file may have been written by hand.

    Examples
    --------
    >>> settings = Settings(":memory:")
    >>> kept_personas(settings)
    ()
    >>> settings.put(PLACE, [[{"name": "Growers", "distances": {"Use": 1.5}}, "?"]])
    >>> kept_personas(settings)
    (KeptPersona(name='Growers', distances={'Use': 1.5}),)
    """
    changes = all_kept(settings)
    return tuple(filter(None, map(read, changes[-1]))) if changes else ()


def keep(settings: Settings, personas: Personas, names: Mapping[str, str]) -> None:
    """Keep personas, each under the name given for it.

    Parameters
    ----------
    settings : Settings
        Of the workspace.
    personas : Personas
        As found in the whole workspace, not in a part of it.
    names : mapping
        Present name to new one; a persona that is not in it keeps its present name.

    Raises
    ------
    ValueError
        If a name is empty, too long or given twice; nothing is kept then.
    """
    present = personas.table["persona"].tolist()
    new = checked_names([names.get(name, name) for name in present])
    kept = [
        {"name": name, "distances": {b: round(float(d), 6) for b, d in row.items()}}
        for name, (_, row) in zip(new, personas.distances.iterrows(), strict=True)
    ]
    settings.put(PLACE, [*all_kept(settings), kept][-MOST_CHANGES:])


def undo(settings: Settings) -> None:
    """Take back the last change of names; without one nothing happens."""
    settings.put(PLACE, all_kept(settings)[:-1])


def can_undo(settings: Settings) -> bool:
    return bool(all_kept(settings))


def all_kept(settings: Settings) -> list[Sequence[object]]:
    changes = settings.get(PLACE, [])
    return [c for c in changes if isinstance(c, list)] if isinstance(changes, list) else []


def read(persona: object) -> KeptPersona | None:
    if not isinstance(persona, dict) or not isinstance(persona.get("distances"), dict):
        return None
    name = " ".join(str(persona.get("name", "")).split())[:LONGEST_NAME]
    distances = {
        str(behaviour): float(d)
        for behaviour, d in persona["distances"].items()
        if isinstance(d, int | float)
    }
    return KeptPersona(name, distances) if name else None
