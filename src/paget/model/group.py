"""A group: a mixture of cancers that are spoken of as one, such as lung cancer."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from paget.model.measure import PositiveFactor
from paget.model.names import EntryId
from paget.model.quantity import Frozen, broken_rule


class Member(Frozen):
    """One cancer of a group."""

    id: EntryId = Field(description="name of the cancer")
    weight: PositiveFactor = Field(description="how common it is beside the other members")


class Group(Frozen):
    """A mixture of cancers."""

    id: EntryId = Field(description="name of the group")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(default="", description="what it holds")
    members: tuple[Member, ...] = Field(min_length=1, description="cancers and their weights")

    @model_validator(mode="after")
    def _members_once(self) -> Self:
        ids = [member.id for member in self.members]
        if len(set(ids)) < len(ids):
            raise broken_rule(
                "A cancer stands twice in this group.",
                key="members",
                allowed="each cancer once",
                fix="remove one of them",
            )
        return self

    def shares(self) -> dict[str, float]:
        """Return the share of each member, in the order of the entry; they sum to 1."""
        total = sum(member.weight.value for member in self.members)
        return {member.id: member.weight.value / total for member in self.members}
