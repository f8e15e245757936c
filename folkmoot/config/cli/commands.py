"""All that `folkmoot` can do, in the order in which its help says it."""

from folkmoot.config.cli import (
    archives,
    calendars,
    care,
    channels,
    demo,
    denials,
    duties,
    groups,
    installation,
    joining,
    meetings,
    moves,
    packages,
    people,
    rendering,
    roles,
    serving,
    subgroups,
)

archives.bringing.add_command(packages.import_group)
archives.bringing.add_command(calendars.import_ics)
archives.bringing.add_command(calendars.import_meetings)
archives.bringing.add_command(moves.import_attendees)
archives.taking.add_command(calendars.export_ics)
archives.taking.add_command(packages.export_group)
archives.taking.add_command(people.export_person)
groups.member.add_command(joining.bring)
groups.member.add_command(joining.link)
groups.member.add_command(joining.rule)

ALL = [
    serving.serve,
    installation.installation,
    installation.administrator,
    installation.founding,
    installation.inspection,
    groups.group,
    groups.member,
    subgroups.subgroup,
    roles.role,
    roles.permission,
    roles.why,
    denials.denial,
    channels.channel,
    duties.responsibility,
    duties.history,
    meetings.meeting,
    moves.move,
    care.doctor,
    care.backup,
    care.restore,
    archives.bringing,
    archives.taking,
    people.erase,
    rendering.render,
    demo.demo,
]
