"""The templates of this set: a function of a random source that gives (file name, content)."""
LEAKS, HONEST = {}, {}


def leak(function):
    LEAKS[function.__name__] = function
    return function


def honest(function):
    HONEST[function.__name__] = function
    return function


def named(prefix):
    """The two decorators for a set whose names begin with a prefix."""
    def into(templates):
        def register(function):
            templates[prefix + function.__name__] = function
            return function
        return register
    return into(LEAKS), into(HONEST)


def enter(register, table):
    """Registers a table {name: function}."""
    for name, function in table.items():
        function.__name__ = name
        register(function)
