// Trials of an attack: how often the right person is picked, beside the rate that counting expects. Internal.
#pragma once

#include "anonymize/attack.h"
#include "anonymize/facts.h"
#include "core/random.h"

namespace sekisho::anonymize::detail {

// Which stream of random numbers: attacks, and the table before (0) and after (1), share none.
struct TrialStream {
  const AttackOptions& options;
  std::uint64_t attack = 0, side = 0;
};

// `trial` says whether the right one was picked.
template <class Trial>
Attack::Side tried(double stated, const TrialStream& stream, const Trial& trial) {
  SeededRandom random(stream.options.seed, 4 * stream.attack + stream.side);
  Attack::Side out{.trials = stream.options.trials, .stated = stated};
  for (std::size_t i = 0; i < out.trials; ++i)
    out.successes += trial(random) ? 1 : 0;
  out.rate = static_cast<double>(out.successes) / static_cast<double>(out.trials);
  out.upper = clopper_pearson_upper(out.successes, out.trials);
  return out;
}

// `known` says what is known of a person. The stated rate is the mean of one among those that fit: over all of the
// `persons` that may be looked for, each equally often, where that takes no more questions than the trials; else over
// others than those of the trials.
template <class Known>
Attack::Side tried(Facts& facts, std::span<const std::uint32_t> persons, const TrialStream& stream,
                   const Known& known) {
  SeededRandom others(stream.options.seed, 4 * stream.attack + 2 + stream.side);
  const std::size_t trials = stream.options.trials;
  const bool all = persons.size() <= trials;
  const std::size_t questions = all ? trials / persons.size() * persons.size() : trials;
  double stated = 0;
  for (std::size_t i = 0; i < questions; ++i) {
    facts.ask(known(persons[all ? i % persons.size() : others.below(persons.size())], others));
    stated += 1.0 / static_cast<double>(facts.count());
  }
  return tried(stated / static_cast<double>(questions), stream, [&](SeededRandom& random) {
    const std::uint32_t target = persons[random.below(persons.size())];
    facts.ask(known(target, random));
    return facts.nth(random.below(facts.count())) == target;
  });
}

}  // namespace sekisho::anonymize::detail
