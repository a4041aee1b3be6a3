"""The templates of this set: a function of a random source that gives (file name, content)."""
LEAKS, HONEST = {}, {}


def leak(function):
    LEAKS[function.__name__] = function
    return function


def honest(function):
    HONEST[function.__name__] = function
    return function
