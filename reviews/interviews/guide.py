"""What an interviewer asks: an admin's questions, else those that stand here."""

from reviews.models import Guide, Interview, InterviewAnswer, InterviewKind

QUESTION_MAX = 300
MOST_QUESTIONS = 30
DEFAULT: dict[str, tuple[str, ...]] = {
    InterviewKind.LOSS: (
        "What made you look for somebody else, and when did it begin?",
        "Who decided, and what mattered most to them?",
        "How did the partner answer when something broke? What did you wait for?",
        "How did our own support do, where you met it?",
        "Where did the product not do what you needed?",
        "Whom do you buy from now, and what is better there?",
        "What could have kept you, and until when?",
        "What would have to change for you to come back?",
    ),
    InterviewKind.WIN_LOSS: (
        "What was the need, and what began the project?",
        "Who decided, and by which criteria, in which order?",
        "Whom else did you look at, and where were they better or worse?",
        "How did the partner do: advice, offer, answers, trust?",
        "How did the product do, and what was missing?",
        "What did the price decide, and against which offer?",
        "When was it decided in truth, and by what?",
        "What should we and the partner do otherwise next time?",
    ),
}


def default_text(kind: str) -> str:
    """The default questions, one a line."""
    return "\n".join(DEFAULT[kind])


def questions(kind: str) -> list[str]:
    """What is asked in interviews of a kind from now on."""
    own = Guide.objects.filter(kind=kind).values_list("text", flat=True).first()
    return lines_of(own if own is not None else default_text(kind))


def lines_of(text: str) -> list[str]:
    """The questions of a text: its lines that are not empty."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def answers_of(interview: Interview) -> list[InterviewAnswer]:
    """The questions of an interview with what was answered.

    As they were when something was first written down; before that as the guide is now, unsaved.
    """
    stored = list(interview.answers.all())
    return stored or [
        InterviewAnswer(interview=interview, position=position, question=question)
        for position, question in enumerate(questions(interview.kind), start=1)
    ]
