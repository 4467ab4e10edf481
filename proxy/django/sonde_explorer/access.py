"""Who may see which table and who may upload. The settings MAY_SEE and MAY_UPLOAD name other functions of these shapes."""
from __future__ import annotations

from typing import Any

from .conf import conf
from .models import Table

#: A user of whichever model the site has, or AnonymousUser.
User = Any


def in_a_group_of_it(user: User, table: Table) -> bool:
    """Whoever shares a group with the table, its owner, and superusers."""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser or (table.owner_id is not None and table.owner_id == user.pk):
        return True
    return table.groups.filter(user=user).exists()


def has_the_permission_to_add(user: User) -> bool:
    return bool(user.is_active and user.has_perm('sonde_explorer.add_upload'))


def may_see(user: User, table: Table) -> bool:
    return conf().function('may_see')(user, table)


def may_upload(user: User) -> bool:
    return conf().function('may_upload')(user)


def visible_tables(user: User) -> list[Table]:
    return [table for table in Table.objects.all() if may_see(user, table)]
