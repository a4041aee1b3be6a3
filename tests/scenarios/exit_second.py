from scenarios.exit_strangers import second as registry
import random
def batch(seed, count, leaky):
    templates = registry.LEAKS if leaky else registry.HONEST
    names = sorted(templates)
    for number in range(count):
        name = names[number % len(names)]
        file_name, content = templates[name](random.Random("%d-%s-%d" % (seed, name, number // len(names))))
        yield name, file_name, content if isinstance(content, bytes) else content.encode()
