"""Estimates about the population from which a table is drawn, with Python's standard library alone: shares nothing with the program.
"""
import math
from fractions import Fraction


def class_size(k, population, sample, significance, truncated):
    """The least class of the sample that a class of k in the population shows with a probability of at most `significance`, its size
    being Poisson (of at least one person, where `truncated`); k at most, as no sample holds more than the population."""
    mean = k * min(1.0, sample / population)
    terms = [math.exp(-mean) * mean ** i / math.factorial(i) for i in range(k + 1)]
    seen = 1 - terms[0] if truncated else 1.0
    for size in range(1, k):
        at_least = seen - sum(terms[1 if truncated else 0:size])
        if at_least / seen <= significance:
            return size
    return k


def zayatz(sizes, population):
    """Persons unique in the population: each class of the sample stands for one of its size there, of which one person would be drawn."""
    n, uniques = sum(sizes), sizes.count(1)
    def alone(size):
        return Fraction(size * math.comb(population - size, n - 1), math.comb(population, n)) if population - size >= n - 1 else Fraction(0)
    total = sum(map(alone, sizes))
    return float(uniques * (uniques * alone(1) / total) * Fraction(population, n)) if total else 0.0


def root(function, low, high, rounds=80):
    """Where a function that falls from above to below zero crosses it; an end where it does not."""
    if function(low) <= 0:
        return low
    if function(high) >= 0:
        return high
    for _ in range(rounds):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2


def pitman(sizes, population):
    """By the two equations in which the derivatives of Pitman's likelihood vanish (Hoshino 2001); None without a solution inside."""
    n, u = sum(sizes), len(sizes)
    if u < 2 or u >= n:
        return None
    def theta_of(alpha):
        def slope(log_theta):
            theta = math.exp(log_theta)
            return sum(1 / (theta + i * alpha) for i in range(1, u)) - sum(1 / (theta + i) for i in range(1, n))
        return math.exp(root(slope, math.log(1e-6), math.log(1e9)))
    def slope(alpha):
        theta = theta_of(alpha)
        return sum(i / (theta + i * alpha) for i in range(1, u)) - sum(1 / (j - alpha) for size in sizes for j in range(1, size))
    alpha = root(slope, 1e-6, 1 - 1e-6, 60)
    if alpha < 1e-4 or alpha > 1 - 1e-4:
        return None
    theta = theta_of(alpha)
    return math.exp(math.lgamma(theta + 1) - math.lgamma(theta + alpha) + alpha * math.log(population))


def uniqueness(sizes, population):
    """Share of the population's persons who are unique there, up to a sampling fraction of a tenth (Dankar et al. 2012)."""
    if not sizes.count(1):
        return 0.0
    n = sum(sizes)
    if n >= population:
        return sizes.count(1) / n
    if n / population > 0.1:
        raise ValueError("the slide negative binomial is judged elsewhere")
    found = pitman(sizes, population)
    return min(1.0, (zayatz(sizes, population) if found is None else found) / population)
