"""catalog.json: what the server needs to know of tables to answer for them. It looks for a new one every second."""
from __future__ import annotations

import json
import logging
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from .atomic import write_atomically
from .conf import conf
from .models import Table


def entry(table: Table) -> dict[str, Any]:
    given = {'name': table.name, 'paths': [file.path for file in table.files()], 'format': table.known_format(),
             'description': table.description or table.title, 'columns': table.columns}
    return {key: value for key, value in given.items() if value}


def write_catalog() -> list[str]:
    """Answers the names of tables whose files are missing; they are left out."""
    entries = [entry(table) for table in Table.objects.all()]
    present = [each for each in entries if 'paths' in each]
    text = json.dumps({'tables': present}, ensure_ascii=False, indent=2) + '\n'
    write_atomically(conf().catalog, text, mode=0o640)
    return [each['name'] for each in entries if 'paths' not in each]


@receiver([post_save, post_delete], sender=Table)
def keep_up(**kwargs: Any) -> None:
    transaction.on_commit(write_or_warn)


def write_or_warn() -> None:
    """A table is saved all the same; until the catalog is written the server does not answer for it."""
    try:
        write_catalog()
    except OSError as error:
        logging.getLogger(__name__).warning('%s could not be written: %s', conf().catalog, error)
