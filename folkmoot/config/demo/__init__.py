"""A community that never was: what `folkmoot demo` fills an empty installation with.

Each folder is a group: `group.toml` says what it is and who is in it, each `.md` is one conversation, in the order
of their names; `meetings.toml` says where and when they meet. `reading` says how they are written.
"""
