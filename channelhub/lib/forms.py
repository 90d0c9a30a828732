"""How every form looks: the renderer puts the kit's classes on widgets, templates do the rest."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

CHECKS = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)
# Hidden, or drawn by parts that have classes of their own.
PLAIN = (forms.HiddenInput, forms.MultipleHiddenInput, forms.MultiWidget)


def widget_class(widget: forms.Widget) -> str:
    """The kit's class of a widget; "" for those drawn by parts."""
    if isinstance(widget, CHECKS):
        return "form-check-input"
    if isinstance(widget, PLAIN):
        return ""
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class KitField(BoundField):
    """A field that knows the kit's class of its widget and whether it is wrong."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        own = [str(each.get("class", "")) for each in (attrs, widget.attrs)]
        own += [widget_class(widget), "is-invalid" if self.errors else ""]
        if classes := " ".join(filter(None, own)):
            attrs["class"] = classes
        # A placeholder that repeats the label is noise: the label is always shown.
        if widget.attrs.get("placeholder") == self.label:
            attrs["placeholder"] = False
        return attrs

    @property
    def is_check(self) -> bool:
        """Whether the label stands behind a single checkbox."""
        return isinstance(self.field.widget, forms.CheckboxInput)


class FormRenderer(TemplatesSetting):
    """Settings: FORM_RENDERER = "channelhub.lib.forms.FormRenderer"."""

    form_template_name = "components/form/form.html"
    field_template_name = "components/form/field.html"
    bound_field_class = KitField
