"""``studio generators``: what can be made. Reads the descriptor cache only; imports neither the SDK nor a plugin."""

from __future__ import annotations

from studio.cli import common, exits

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def run(argv: Sequence[str]) -> int:
    """List all generators, or show one with its parameters."""
    made = common.parser(
        "generators", "List what can be made (trainers: studio teach recipes); with an ID, show its parameters."
    )
    made.add_argument("id", nargs="?")
    made.add_argument("--refresh", action="store_true", help="load every plugin again")
    arguments = made.parse_args(argv)
    from studio.engine.discovery.registry import Registry

    registry = Registry.discover(common.find_home(arguments), refresh=arguments.refresh)
    if arguments.id is not None:
        plain = registry.spec(arguments.id).to_json()
        if not common.wants_json(arguments):
            common.print_lines(_describe(plain, _live_options(arguments, registry.spec(arguments.id))))
            return exits.OK
        common.print_json(plain)
        return exits.OK
    generators = [plain for _, plain in sorted(registry.descriptors.items()) if not plain.get("teaches")]
    if common.wants_json(arguments):
        common.print_json(generators)
        return exits.OK
    rows = [[plain["id"], ", ".join(plain["makes"]), plain["title"]] for plain in generators]
    common.print_lines(common.table(rows))
    return exits.OK


def _live_options(arguments: Any, spec: Any) -> dict[str, list[str]]:
    """What is there now for each parameter that asks the studio: models, datasets."""
    sources = {known.name: known.source for known in spec.fields if known.source}
    if not sources:
        return {}
    from studio.engine.choices import options

    home = common.find_home(arguments)
    return {name: [option.value for option in options(home, source)] for name, source in sources.items()}


def _describe(plain: Mapping[str, Any], live: Mapping[str, list[str]]) -> list[str]:
    lines = [f"{plain['title']} ({plain['id']})", "", *plain["description"].splitlines(), ""]
    teaches = plain.get("teaches", "")
    lines += [f"Teaches: {teaches}" if teaches else f"Makes: {', '.join(plain['makes'])}", "Parameters:"]
    lines += [f"  {line}" for line in common.table([_row(known, live) for known in plain["fields"]])]
    if plain["examples"]:
        lines.append("Examples:")
        lines += [f"  {example['title']}: {_command(plain['id'], example)}" for example in plain["examples"]]
    return lines


def _row(known: Mapping[str, Any], live: Mapping[str, list[str]]) -> list[str]:
    if known.get("options") or known["name"] in live:
        fixed = [value for value, _ in known.get("options", ())]
        takes = (
            " | ".join([*fixed, *(value for value in live.get(known["name"], ()) if value not in fixed)]) or "none yet"
        )
    elif "min" in known and "max" in known:
        takes = f"{known['min']:g} … {known['max']:g} {known.get('unit', '')}".strip()
    else:
        takes = known["kind"].replace("_in", "")
    default = known.get("default")
    shown = "x".join(map(str, default)) if isinstance(default, list) else ("" if default is None else str(default))
    return [known["name"], shown.replace("\n", " ")[:40], takes, known.get("help", "").replace("\n", " ")]


def _command(generator: str, example: Mapping[str, Any]) -> str:
    import shlex

    settings = [f"--set {shlex.quote(f'{name}={_text(value)}')}" for name, value in example["values"].items()]
    return " ".join(["studio generate", generator, *settings, f"--seed {example['seed']}"])


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "x".join(map(str, value)) if isinstance(value, list) else str(value)
