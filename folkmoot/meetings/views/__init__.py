from folkmoot.meetings.views.meetings import meeting

__all__ = ["meeting"]
