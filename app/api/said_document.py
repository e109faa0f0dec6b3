"""What did the caller answer?  Said in a question about who it is, to tell candidates apart."""

from __future__ import annotations

from app.api.wire import Code, Day, Document, Given, Text
from app.identify.telling import Question


class SaidDocument(Document):
    """The caller's answers, by the names of `asks_for`.

    They tell apart those who hold what was given; nobody is looked up by them, and nothing is kept.
    """

    first_name: Text | None = None
    birth_date: Day | None = None
    postal_code: Code | None = None
    tax_id: Given | None = None

    def answers(self) -> dict[Question, str]:
        """Return what was answered, as text, by the question it answers."""
        told = self.model_dump(mode="json", exclude_none=True)
        return {Question(name): value for name, value in told.items()}
