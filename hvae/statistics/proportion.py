"""Exact statements about a proportion: `correct` successes among `n` independent items."""

from scipy.stats import beta, binom

from hvae.statistics import arguments


def clopper_pearson(correct: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of the proportion (Clopper & Pearson 1934), as (low, high).

    Raises ValueError unless 0 <= correct <= n, n >= 1 and 0 < level < 1.
    """
    correct, n = _counted(correct, n)
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    tail = (1 - level) / 2
    low = 0.0 if correct == 0 else float(beta.ppf(tail, correct, n - correct + 1))
    high = 1.0 if correct == n else float(beta.isf(tail, correct + 1, n - correct))
    return low, high


def at_least(correct: int, n: int, proportion: float) -> float:
    """P[Binomial(n, proportion) >= correct]: the exact p-value of "at most this proportion".

    Raises ValueError unless 0 <= correct <= n, n >= 1 and 0 <= proportion <= 1.
    """
    correct, n = _counted(correct, n)
    if not 0 <= proportion <= 1:
        raise ValueError(f"proportion must lie in [0, 1], got {proportion}")
    return float(binom.sf(correct - 1, n, proportion))


def _counted(correct: int, n: int) -> tuple[int, int]:
    n = arguments.whole("n", n, least=1)
    correct = arguments.whole("correct", correct, least=0)
    if correct > n:
        raise ValueError(f"correct must be at most n = {n}, got {correct}")
    return correct, n
