"""What can be done with persons and accounts."""

from folkmoot.accounts.operations.leaving import (
    ask_export,
    can_erase,
    erase,
    finish_export,
    forget,
    sweep_exports,
)
from folkmoot.accounts.operations.people import (
    become_first_administrator,
    clean_name,
    enrol,
    enrol_all,
    free_handle,
    is_start_link,
    make_start_link,
    merge,
    prove_address,
    rename,
)
from folkmoot.accounts.operations.settings import (
    describe,
    end_other_sessions,
    end_session,
    prefer,
    remove_password,
    remove_picture,
    show_picture,
)

__all__ = [
    "ask_export",
    "become_first_administrator",
    "can_erase",
    "clean_name",
    "describe",
    "end_other_sessions",
    "end_session",
    "enrol",
    "enrol_all",
    "erase",
    "finish_export",
    "forget",
    "free_handle",
    "is_start_link",
    "make_start_link",
    "merge",
    "prefer",
    "prove_address",
    "remove_password",
    "remove_picture",
    "rename",
    "show_picture",
    "sweep_exports",
]
