"""How is a YAML file read so that what stands there is what is meant?

Plain YAML 1.1 takes ``NO`` for false, ``12:00`` for 720 and ``2026-01-01`` for a date, and lets the
second of two equal keys win.  Here only ``true``, ``false`` and plain whole numbers are more than
text, and a key may stand once.
"""

from __future__ import annotations

import re
from typing import Any

import yaml


class _PlainLoader(yaml.SafeLoader):
    """YAML with the few implicit types of JSON and no surprises."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the library's own way to say it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the library's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.YAMLError(f"line {key.start_mark.line + 1}: a key must be a text")
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands here twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), "tf")
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile("^(?:0|-?[1-9][0-9]*)$"), list("-0123456789")
)
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])


def read_yaml(text: str) -> object:
    """Return what the text says.

    Raises:
        yaml.YAMLError: the text is not YAML, is nested too deep, or a key stands twice.
    """
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    except RecursionError:
        raise yaml.YAMLError("it is nested too deep") from None
    except (ValueError, TypeError, AttributeError, LookupError):  # the library lets them through
        raise yaml.YAMLError("a value is not what its tag says, or too long a number") from None
