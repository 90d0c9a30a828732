"""How every form looks and what it tells a screen reader."""

from typing import Any

from django import forms


class Order(forms.Form):
    name = forms.CharField(help_text="As in the agreement.")
    note = forms.CharField(required=False, widget=forms.TextInput(attrs={"class": "wide"}))
    kind = forms.ChoiceField(choices=[("r", "Reseller")])
    tier = forms.ChoiceField(choices=[("g", "Gold"), ("s", "Silver")], widget=forms.RadioSelect)
    active = forms.BooleanField(required=False)
    code = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("These do not fit.")


def test_widgets_have_the_classes_of_the_kit() -> None:
    form = Order()
    assert 'class="form-control"' in str(form["name"])
    assert 'class="wide form-control"' in str(form["note"])
    assert 'class="form-select"' in str(form["kind"])
    assert 'class="form-check-input"' in str(form["active"])
    assert "class" not in str(form["code"])


def test_optional_fields_say_so_and_required_ones_need_not() -> None:
    assert str(Order()).count("(optional)") == 1


def test_help_and_errors_are_tied_to_their_field() -> None:
    page = str(Order({"code": "x"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_helptext"' in page
    assert 'id="id_name_error"' in page
    assert 'aria-invalid="true"' in page
    assert "is-invalid" in page


def test_the_summary_links_to_the_fields_and_lists_what_has_none() -> None:
    page = str(Order({"code": "x"}))
    assert "These do not fit." in page
    assert '<a href="#id_name">' in page
    assert '<a href="#id_tier_0">' in page
    assert 'id="id_tier_0"' in page


def test_a_fresh_form_has_no_summary() -> None:
    assert "ch-error-summary" not in str(Order())


def test_a_placeholder_that_repeats_the_label_goes() -> None:
    class SignIn(forms.Form):
        email = forms.CharField(label="Email", widget=forms.TextInput({"placeholder": "Email"}))

    assert "placeholder" not in str(SignIn())
