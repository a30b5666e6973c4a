"""Many new tables as one operation of a migration.

For each operation Tortoise renders every model anew, twice: one at a time, fifty tables take three seconds of computing.
"""

from collections.abc import Iterable

from tortoise.migrations.operations import CreateModel, Operation, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State


class Together(TortoiseOperation):
    """Makes the tables in their order; a model may point at any of the others."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.creations = tuple(_creation(operation) for operation in operations)

    def describe(self) -> str:
        return f"Create {len(self.creations)} models together"

    def state_forward(self, app_label: str, state: State) -> None:
        for creation in self.creations:
            state.models[app_label, creation.name] = ModelState.make_from_model(app_label, creation.model)
        state.reload_models([(app_label, creation.name) for creation in self.creations])

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        for creation in self.creations:
            await creation.database_forward(app_label, old_state, new_state, state_editor)

    async def database_backward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        for creation in reversed(self.creations):
            await creation.database_backward(app_label, old_state, new_state, state_editor)


def _creation(operation: Operation) -> CreateModel:
    if not isinstance(operation, CreateModel):
        raise TypeError(f"{operation.describe()}: only tables are made together")
    return operation
