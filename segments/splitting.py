"""What the paths of departments say: which are above, and what lies right below the viewer's own. Pure."""


def upwards(path: str) -> list[str]:
    """The path itself and those of all departments above it: "1.2." gives "1." and "1.2."."""
    parts = path.split(".")[:-1]
    return ["".join(f"{part}." for part in parts[: depth + 1]) for depth in range(len(parts))]


def part_below(path: str, scope: str) -> int:
    """The department of `path` right below `scope`, the last of `scope` when the path ends there, 0 outside of it.

    Without a scope (a guide's own customers): the one right below headquarters.
    """
    if not path.startswith(scope):
        return 0
    parts = [int(part) for part in path.split(".") if part]
    depth = len([part for part in scope.split(".") if part]) or 1
    return parts[min(depth, len(parts) - 1)] if parts else 0
