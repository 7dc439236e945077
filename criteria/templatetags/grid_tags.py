"""The cells of the grid: a thousand, so they are written here and not by a template each.

The script finds a cell by its data-key.
"""

import json
from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from criteria.forms.grid import Block, Cell, CellForm
from criteria.templatetags.sheet_tags import said, threshold

register = template.Library()

_SELECTED = mark_safe(" selected")
FACT = '<td class="grid-fact" data-key="{}">{}</td>'
HOW_TYPED = {
    "figure": mark_safe('inputmode="decimal"'),
    "year": mark_safe('inputmode="numeric"'),
}


@register.simple_tag
def cells(row: Iterable[Cell], ward_id: int, *, can_edit: bool) -> SafeString:
    """Write what a ward's row shows under the heads of the requirements."""
    return SafeString("".join(_cell(cell, ward_id, can_edit=can_edit) for cell in row))


def _cell(cell: Cell, ward_id: int, *, can_edit: bool) -> SafeString:
    if cell.kind == "threshold":
        return format_html(FACT, cell.key, threshold(cell.line) or "–")
    if cell.kind == "previous":
        return format_html(FACT, cell.key, said(cell.line, cell.line.previous))
    if not can_edit:
        answer = said(cell.line, cell.line.self_answer) if cell.is_answer else ""
        kind = " num" if cell.kind == "figure" else ""
        return format_html('<td class="grid-cell{}" data-key="{}">{}</td>', kind, cell.key, answer)
    return format_html(
        '<td class="grid-cell" data-key="{}">{}</td>',
        cell.key,
        _input(cell, ward_id) if cell.name else "",
    )


def _input(cell: Cell, ward_id: int) -> SafeString:
    error = _error(cell.name, cell.error)
    named = format_html(
        'name="{}" autocomplete="off" aria-labelledby="n{} r{} h-{}"{}',
        cell.name,
        ward_id,
        cell.line.requirement.pk,
        cell.key,
        _points_to(cell.name) if error else "",
    )
    if cell.choices:
        return format_html("{}{}", _list(cell, named), error)
    return format_html(
        '<input type="text" class="form-control grid-{}" value="{}" {} {}>{}',
        cell.kind,
        cell.value,
        HOW_TYPED[cell.kind],
        named,
        error,
    )


def _list(cell: Cell, named: SafeString) -> SafeString:
    """Write what can be chosen; what cannot be stays to be seen until something else is."""
    choices = [("", "–"), *cell.choices]
    if cell.value not in dict(choices):
        choices.append((cell.value, cell.value))
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, _SELECTED if value == cell.value else "", words) for value, words in choices),
    )
    return format_html(
        '<select class="form-select grid-{}" {}>{}</select>', cell.kind, named, options
    )


@register.simple_tag
def words_of(head: Block, kind: str) -> str:
    """Write which choice each word means, for the grid's script; empty where there is no list."""
    return json.dumps(head.words[kind], ensure_ascii=False) if kind in head.words else ""


@register.simple_tag
def explanation_cells(form: CellForm, ward_id: int) -> SafeString:
    """Write the row's explanation and the tick for “does not apply”, to be typed in."""
    explanation, not_applicable = form["explanation"], form["not_applicable"]
    name = explanation.html_name
    error = _error(name, " ".join(map(str, explanation.errors)))
    return format_html(
        '<td class="grid-cell" data-key="explanation">'
        '<textarea class="form-control grid-explanation" rows="1" data-max-length="4000" name="{}"'
        ' aria-labelledby="n{} h-explanation"{}>{}</textarea>{}</td>'
        '<td class="grid-cell grid-tick" data-key="not_applicable">'
        '<input type="checkbox" class="form-check-input" name="{}"'
        ' aria-labelledby="n{} h-not_applicable"{}></td>',
        name,
        ward_id,
        _points_to(name) if error else "",
        explanation.value() or "",
        error,
        not_applicable.html_name,
        ward_id,
        " checked" if not_applicable.value() else "",
    )


def _error(name: str, error: str) -> SafeString | str:
    return error and format_html('<span class="grid-error" id="e-{}">{}</span>', name, error)


def _points_to(name: str) -> SafeString:
    return format_html(' aria-invalid="true" aria-describedby="e-{}"', name)
