"""How training changes over its steps: the learning rate falls, β rises; and when it looks."""

from hvae.params import Schedule

FIRST = 0.01  # the part of β that training starts with


def learning_rate(settings: Schedule, step: int) -> float:
    """The rate of step 1, …, `steps`: it falls linearly to (nearly) zero, and noise dies out."""
    return settings.learning_rate * (1 - (step - 1) / settings.steps)


def beta_factor(settings: Schedule, step: int) -> float:
    """What multiplies every β_l at a step: from 1/100 up to 1, evenly in log β, while warming up.

    While β is small every direction of the data is worth its rate, so latents learn to carry them
    all before dear ones close. Without this, whatever a layer does not pick up early stays lost: a
    latent that carries nothing gives its decoder no reason to listen (Bowman et al. 2016; Sønderby
    et al. 2016). The ratios of the β_l, which say what belongs in which layer, hold throughout.
    """
    return FIRST ** warming(settings, step)


def warming(settings: Schedule, step: int) -> float:
    """How much of the warm-up is left: from 1 at the start to 0, where there is one."""
    steps = settings.warm_up * settings.steps
    return max(1 - step / steps, 0) if steps > 0 else 0.0


def looks(settings: Schedule) -> list[int]:
    """The steps after which training looks at held-out data: the last one always."""
    return [step for step in range(1, settings.steps + 1) if looks_at(settings, step)]


def looks_at(settings: Schedule, step: int) -> bool:
    """Whether training looks at held-out data after a step."""
    return step % settings.validate_every == 0 or step == settings.steps
