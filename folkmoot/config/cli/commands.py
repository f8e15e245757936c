"""All that `folkmoot` can do, in the order in which its help says it."""

from folkmoot.config.cli import (
    archives,
    care,
    channels,
    demo,
    duties,
    groups,
    packages,
    people,
    rendering,
    roles,
    serving,
    subgroups,
)

archives.bringing.add_command(packages.import_group)
archives.taking.add_command(packages.export_group)
archives.taking.add_command(people.export_person)

ALL = [
    serving.serve,
    groups.group,
    groups.member,
    subgroups.subgroup,
    roles.role,
    roles.permission,
    roles.why,
    channels.channel,
    duties.responsibility,
    duties.history,
    care.doctor,
    care.backup,
    care.restore,
    archives.bringing,
    archives.taking,
    people.erase,
    rendering.render,
    demo.demo,
]
