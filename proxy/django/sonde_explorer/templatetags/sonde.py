"""{% load sonde %} {% data_explorer table %} {% upload_tables %}"""
from __future__ import annotations

from typing import Any, Union

from django import template
from django.urls import reverse

from ..models import Table

register = template.Library()


@register.inclusion_tag('sonde_explorer/data_explorer.html')
def data_explorer(table: Union[Table, str], theme: str = 'auto') -> dict[str, Any]:
    """The explorer over a table, given itself or by its name. Who may see it is asked when the page opens it."""
    name = table.name if isinstance(table, Table) else table
    return {'table_url': reverse('sonde_explorer:table', args=[name]), 'theme': theme}


@register.inclusion_tag('sonde_explorer/upload_tables.html', takes_context=True)
def upload_tables(context: template.Context) -> dict[str, Any]:
    """A place to choose or drop files; for whoever may upload (access.may_upload), which is asked again with each file."""
    return {'upload_url': reverse('sonde_explorer:begin_upload'), 'csrf_token': context.get('csrf_token', '')}
