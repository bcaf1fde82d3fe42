"""An objective by name, with settings for its members."""

import pytest

from yanmo import objectives
from yanmo.errors import ConfigError
from yanmo.objectives.combined import Combined
from yanmo.objectives.mlm import MLM


def test_settings_reach_the_member_that_they_name() -> None:
    assert objectives.make("mlm", settings={"mlm": {"rate": 0.3}}) == MLM(rate=0.3)
    both = objectives.make("mlm+nsp", label_smoothing=0.1, settings={"mlm": {"rate": 0.3}})
    assert isinstance(both, Combined)
    assert both.members[0] == MLM(rate=0.3, label_smoothing=0.1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"mlm": {"rat": 0.3}}, ["objective_settings.mlm.rat", "“rate”"]),
        ({"mml": {"rate": 0.3}}, ["objective_settings.mml", "“mlm”"]),
        ({"mlm": {"rate": 0}}, ["objective_settings.mlm.rate", "above 0"]),
        ({"mlm": {"rate": 1.5}}, ["objective_settings.mlm.rate", "up to 1"]),
        ({"mlm": {"masked": 0.9, "random": 0.2}}, ["masked", "random", "0.9"]),
        ({"mlm": {"rate": "much"}}, ["objective_settings.mlm.rate", "a number"]),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(
    settings: dict[str, dict[str, object]], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        objectives.make("mlm+nsp", settings=settings)
    for word in words:
        assert word in str(error.value)
