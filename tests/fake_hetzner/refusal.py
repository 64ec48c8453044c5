"""What the API says no with."""


class Refusal(Exception):
    """An error answer; nothing was carried out."""

    def __init__(self, status, code, message, details=None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self):
        """The answer's JSON."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


def invalid(message, field=None):
    """422 invalid_input, with the field that is wrong."""
    details = {"fields": [{"name": field, "messages": [message]}]} if field else None
    return Refusal(422, "invalid_input", f"invalid input in field '{field}': {message}" if field else message, details)


def not_found(what):
    """404 for a thing that does not exist."""
    return Refusal(404, "not_found", f"{what} not found")
