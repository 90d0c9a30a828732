"""Operations of migrations that do not render every model anew."""

import pgtrigger.migrations
from django.db.migrations.state import ProjectState


class AddTrigger(pgtrigger.migrations.AddTrigger):
    """Adds a trigger. No operation reads a model's triggers, so its models stay as they are."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Note the trigger with the model's options, and nothing else."""
        options = state.models[app_label, self.model_name.lower()].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]
