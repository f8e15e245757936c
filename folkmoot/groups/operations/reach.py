from folkmoot.groups.models import Group, Reach


def lay_reach(group: Group) -> None:
    """Write anew what reaches a group and all below it, after it was founded, moved, or has closed or opened itself.

    Inside the caller's transaction.
    """
    above = _path(group)
    _lay(group, above)
    for subgroup in Group.objects.filter(parent=group):
        lay_reach(subgroup)


def _path(group: Group) -> list[Group]:
    """Return the group and all above it, the lowest first."""
    path = [group]
    while path[-1].parent is not None:
        path.append(path[-1].parent)
    return path


def _lay(group: Group, path: list[Group]) -> None:
    """Roles of a group above count as long as no group on the way down, this one included, has closed itself."""
    Reach.objects.filter(below=group).delete()
    is_open, rows = True, []
    for one in path:
        rows.append(Reach(above=one, below=group, is_open=is_open))
        is_open = is_open and one.inherits_roles
    Reach.objects.bulk_create(rows)
