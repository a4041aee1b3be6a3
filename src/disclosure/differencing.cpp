#include "disclosure/differencing.h"

#include <algorithm>
#include <map>
#include <optional>

#include "disclosure/field.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kDimensions[] = {128, 640};  // of the projection: ranks below them are told exactly
constexpr std::size_t kQuotient = 96, kBatch = 192, kOrders = 6, kMostNodes = 200'000, kMostExposed = 50'000;
constexpr std::uint64_t kSeed = 0x5e4154;

// Persons who are in the same class of every release.
struct Atoms {
  std::vector<std::uint32_t> first;   // a person of each
  std::vector<std::uint64_t> weight;  // persons in it
  std::vector<std::uint32_t> of;      // by person; none_: in no release
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::size_t size() const { return first.size(); }
};

Atoms find_atoms(std::span<const Population* const> releases, std::size_t persons) {
  std::vector<std::uint64_t> key(persons, 0);
  for (const Population* release : releases) {
    const std::size_t known = std::min(persons, release->class_of.size());
    for (std::size_t p = 0; p < known; ++p)
      key[p] = (key[p] ^ release->class_of[p]) * 0x9e3779b97f4a7c15ULL + (key[p] >> 29);
    for (std::size_t p = known; p < persons; ++p)
      key[p] = key[p] * 0x9e3779b97f4a7c15ULL + (key[p] >> 29);
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::size_t p = 0; p < persons; ++p)
    if (key[p] != 0) order.emplace_back(key[p], static_cast<std::uint32_t>(p));
  std::ranges::sort(order);
  Atoms atoms;
  atoms.of.assign(persons, Atoms::kNone);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || order[i].first != order[i - 1].first) {
      atoms.first.push_back(order[i].second);
      atoms.weight.push_back(0);
    }
    atoms.of[order[i].second] = static_cast<std::uint32_t>(atoms.size() - 1);
    ++atoms.weight.back();
  }
  return atoms;
}

class ChainSearch {
 public:
  ChainSearch(std::span<const Population* const> releases, std::size_t persons, std::uint64_t threshold)
      : releases_(releases), threshold_(threshold), atoms_(find_atoms(releases, persons)) {}

  Chains run() {
    Chains result;
    result.atoms = atoms_.size();
    result.state = Chains::State::kUndecided;
    for (const std::size_t dimension : kDimensions) {
      project(dimension);
      Subspace heavy(dimension);
      if (!grow(heavy, atoms_from(threshold_, ~std::uint64_t{0}))) continue;
      Subspace all = heavy;
      if (!grow(all, atoms_from(1, threshold_ - 1))) continue;
      result.rank = all.rank();
      std::vector<Subspace> robust;
      for (const auto& part : parts()) {
        Subspace space = heavy;
        grow(space, part);
        if (space.rank() < all.rank()) robust.push_back(std::move(space));
      }
      if (robust.empty()) {
        result.state = Chains::State::kSafe;
        return result;
      }
      const std::optional<bool> found = search(robust);
      if (found) result.state = *found ? Chains::State::kFound : Chains::State::kSafe;
      break;
    }
    for (std::size_t p = 0; p < atoms_.of.size(); ++p)
      if (atoms_.of[p] != Atoms::kNone && std::ranges::binary_search(group_, atoms_.of[p]))
        result.found.persons.push_back(static_cast<std::uint32_t>(p));
    return result;
  }

 private:
  // A random vector for every cell; a class is the sum of its cells', an atom the sum of its classes'.
  void project(std::size_t dimension) {
    dimension_ = dimension;
    vectors_.clear();
    for (std::size_t r = 0; r < releases_.size(); ++r) {
      SeededRandom random(kSeed, r);
      std::vector<std::uint32_t> cells(releases_[r]->cells * dimension);
      for (std::uint32_t& value : cells)
        value = static_cast<std::uint32_t>(random.below(Field::kPrime));
      std::vector<std::vector<std::uint32_t>> classes;
      for (const auto& counts : releases_[r]->classes) {
        std::vector<std::uint32_t> vector(dimension, 0);
        for (const Population::Count& count : counts)
          for (std::size_t i = 0; i < dimension; ++i)
            vector[i] = Field::reduce(vector[i] + std::uint64_t{count.times} * cells[count.cell * dimension + i]);
        classes.push_back(std::move(vector));
      }
      vectors_.push_back(std::move(classes));
    }
  }

  std::vector<std::uint32_t> vector_of(std::size_t atom) const {
    std::vector<std::uint32_t> vector(dimension_, 0);
    for (std::size_t r = 0; r < releases_.size(); ++r) {
      const auto& other = vectors_[r][releases_[r]->at(atoms_.first[atom])];
      for (std::size_t i = 0; i < dimension_; ++i)
        vector[i] = Field::reduce(std::uint64_t{vector[i]} + other[i]);
    }
    return vector;
  }

  // The product of atoms with a vector: one look-up for each release.
  std::vector<std::uint32_t> products(const std::vector<std::uint32_t>& with,
                                      const std::vector<std::uint32_t>& of) const {
    std::vector<std::uint64_t> sums(of.size(), 0);
    for (std::size_t r = 0; r < releases_.size(); ++r) {
      std::vector<std::uint32_t> of_class;
      for (const auto& vector : vectors_[r])
        of_class.push_back(dot(vector, with));
      for (std::size_t i = 0; i < of.size(); ++i)
        sums[i] += of_class[releases_[r]->at(atoms_.first[of[i]])];
    }
    std::vector<std::uint32_t> out;
    for (const std::uint64_t sum : sums)
      out.push_back(Field::reduce(sum));
    return out;
  }

  // Those of `among` that do not lie in the subspace, but for odds of 1 in 2^31.
  std::vector<std::uint32_t> outside(const Subspace& space, const std::vector<std::uint32_t>& among) {
    const std::vector<std::uint32_t> product = products(space.orthogonal(random_), among);
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < among.size(); ++i)
      if (product[i] != 0) out.push_back(among[i]);
    return out;
  }

  std::vector<std::uint32_t> atoms_from(std::uint64_t least, std::uint64_t most) const {
    std::vector<std::uint32_t> out;
    for (std::uint32_t a = 0; a < atoms_.size(); ++a)
      if (atoms_.weight[a] >= least && atoms_.weight[a] <= most) out.push_back(a);
    return out;
  }

  // Adds the span of atoms; false when it fills the projection.
  bool grow(Subspace& space, std::vector<std::uint32_t> open) {
    while (!space.full()) {
      open = outside(space, open);
      if (open.empty()) return true;
      const std::size_t step = std::max<std::size_t>(1, open.size() / kBatch);
      for (std::size_t i = random_.below(step); i < open.size() && !space.full(); i += step)
        space.insert(vector_of(open[i]));
    }
    return false;
  }

  // The persons of small atoms dealt into `threshold` parts. Fewer than `threshold` persons leave one of them whole: a
  // combination that counts them alone vanishes on that part.
  std::vector<std::vector<std::uint32_t>> parts() {
    std::vector<std::vector<std::uint32_t>> out(threshold_);
    std::vector<std::size_t> deck(threshold_);
    for (std::size_t i = 0; i < deck.size(); ++i)
      deck[i] = i;
    for (std::uint32_t a = 0; a < atoms_.size(); ++a) {
      if (atoms_.weight[a] >= threshold_) continue;
      for (std::uint64_t i = 0; i < atoms_.weight[a]; ++i) {
        std::swap(deck[i], deck[i + random_.below(deck.size() - i)]);
        out[deck[i]].push_back(a);
      }
    }
    return out;
  }

  // Modulo what every part spans: does a hyperplane miss fewer than `threshold` persons? `spaces`: of parts that span
  // less than all of them together.
  std::optional<bool> search(const std::vector<Subspace>& spaces) {
    const auto normal = [&] {
      std::vector<std::uint32_t> sum(dimension_, 0);
      for (const Subspace& space : spaces) {
        const std::vector<std::uint32_t> one = space.orthogonal(random_);
        for (std::size_t i = 0; i < dimension_; ++i)
          sum[i] = Field::reduce(std::uint64_t{sum[i]} + one[i]);
      }
      return sum;
    };
    const std::vector<std::uint32_t> light = atoms_from(1, threshold_ - 1);
    const std::vector<std::uint32_t> first = products(normal(), light), second = products(normal(), light);
    std::vector<std::uint32_t> exposed;
    for (std::size_t i = 0; i < light.size(); ++i)
      if (first[i] != 0 || second[i] != 0) exposed.push_back(light[i]);
    if (exposed.empty()) return false;
    if (exposed.size() > kMostExposed) return std::nullopt;
    std::vector<std::vector<std::uint32_t>> vectors(exposed.size(), std::vector<std::uint32_t>(kQuotient));
    for (std::size_t i = 0; i < kQuotient; ++i) {
      const std::vector<std::uint32_t> product = products(normal(), exposed);
      for (std::size_t e = 0; e < exposed.size(); ++e)
        vectors[e][i] = product[e];
    }
    std::vector<std::uint64_t> order(exposed.size());
    for (std::size_t round = 0; round < kOrders; ++round) {
      for (std::size_t e = 0; e < order.size(); ++e)
        order[e] = (std::uint64_t{threshold_ - atoms_.weight[exposed[e]]} << 40) + (random_.next() >> 25);
      bool packed = false;
      if (!pack(exposed, vectors, order, packed)) return std::nullopt;
      if (!group_.empty()) return true;
      if (packed) return false;
    }
    return try_all(exposed, vectors);
  }

  // Every way to leave fewer than `threshold` persons outside of a hyperplane: each atom that is not in the span of
  // those inside yet is put inside or left outside. nullopt: too many ways.
  struct Search {
    const std::vector<std::uint32_t>& exposed;
    const std::vector<std::vector<std::uint32_t>>& vectors;
    std::vector<std::size_t> order;  // the heaviest first
    std::size_t rank = 0, nodes = 0;
    std::vector<std::uint32_t> outside;
  };
  std::optional<bool> try_all(const std::vector<std::uint32_t>& exposed,
                              const std::vector<std::vector<std::uint32_t>>& vectors) {
    Search search{exposed, vectors, {}, 0, 0, {}};
    Subspace all(kQuotient);
    for (std::size_t e = 0; e < exposed.size(); ++e) {
      search.order.push_back(e);
      all.insert(vectors[e]);
    }
    search.rank = all.rank();
    std::ranges::stable_sort(search.order, std::greater<>{}, [&](std::size_t e) { return atoms_.weight[exposed[e]]; });
    const bool found = extend(search, 0, Subspace(kQuotient), 0);
    if (!found && search.nodes > kMostNodes) return std::nullopt;
    if (found) {
      group_ = search.outside;
      std::ranges::sort(group_);
    }
    return found;
  }
  bool extend(Search& search, std::size_t at, const Subspace& inside, std::uint64_t weight) {
    Subspace more = inside;
    while (at < search.order.size() && !more.insert(search.vectors[search.order[at]]))
      if (++at, ++search.nodes > kMostNodes) return false;
    if (at == search.order.size()) return weight > 0;
    if (++search.nodes > kMostNodes) return false;
    const std::size_t e = search.order[at];
    const std::uint64_t left_out = weight + atoms_.weight[search.exposed[e]];
    if (left_out < threshold_) {
      search.outside.push_back(search.exposed[e]);
      if (extend(search, at + 1, inside, left_out)) return true;
      search.outside.pop_back();
    }
    return more.rank() < search.rank && extend(search, at + 1, more, weight);
  }

  // Bases of the exposed atoms one after another, an atom in as many as it has persons. `threshold` of them: nobody few
  // can be left aside without the others spanning the same (packed). Else what remains lies in a hyperplane, and those
  // who do not are a candidate. False: the rank is too large to tell.
  bool pack(const std::vector<std::uint32_t>& exposed, const std::vector<std::vector<std::uint32_t>>& vectors,
            const std::vector<std::uint64_t>& order, bool& packed) {
    std::vector<std::size_t> sorted(exposed.size());
    for (std::size_t e = 0; e < sorted.size(); ++e)
      sorted[e] = e;
    std::ranges::sort(sorted, {}, [&](std::size_t e) { return order[e]; });
    std::vector<std::uint64_t> left;
    for (const std::uint32_t atom : exposed)
      left.push_back(atoms_.weight[atom]);
    std::size_t rank = 0;
    for (std::uint64_t b = 0; b < threshold_; ++b) {
      Subspace base(kQuotient);
      for (const std::size_t e : sorted)
        if (left[e] > 0 && base.insert(vectors[e])) {
          --left[e];
          if (base.rank() == rank) break;
        }
      if (base.full()) return false;
      if (b == 0) rank = base.rank();
      if (base.rank() < rank) {
        look_beyond(exposed, vectors, base);
        return true;
      }
      std::ranges::stable_sort(sorted, std::greater<>{}, [&](std::size_t e) { return left[e]; });
    }
    packed = true;
    return true;
  }

  // Hyperplanes that hold the given base, one for each direction it lacks, and who is outside of them.
  void look_beyond(const std::vector<std::uint32_t>& exposed, const std::vector<std::vector<std::uint32_t>>& vectors,
                   Subspace base) {
    while (true) {
      const std::vector<std::uint32_t> normal = base.orthogonal(random_);
      std::uint64_t weight = 0;
      std::vector<std::uint32_t> group;
      std::size_t last = exposed.size();
      for (std::size_t e = 0; e < exposed.size(); ++e)
        if (dot(vectors[e], normal) != 0) {
          weight += atoms_.weight[exposed[e]];
          group.push_back(exposed[e]);
          if (last == exposed.size() || atoms_.weight[exposed[e]] > atoms_.weight[exposed[last]]) last = e;
        }
      if (group.empty()) return;
      if (weight < threshold_) group_ = std::move(group);  // the next, with one atom less, is smaller still
      base.insert(vectors[last]);
    }
  }

  std::span<const Population* const> releases_;
  std::uint64_t threshold_;
  Atoms atoms_;
  std::size_t dimension_ = 0;
  std::vector<std::vector<std::vector<std::uint32_t>>> vectors_;  // of each release and class
  SeededRandom random_{kSeed};
  std::vector<std::uint32_t> group_;  // isolated atoms, ascending
};

// Without which releases would the group still be isolated? Leaves them out one by one.
std::vector<std::size_t> needed(std::span<const Population* const> releases, std::size_t persons,
                                std::uint64_t threshold) {
  std::vector<std::size_t> kept(releases.size());
  for (std::size_t r = 0; r < kept.size(); ++r)
    kept[r] = r;
  const auto found_with = [&](const std::vector<std::size_t>& list) {
    std::vector<const Population*> some;
    for (const std::size_t r : list)
      some.push_back(releases[r]);
    return ChainSearch(some, persons, threshold).run().state == Chains::State::kFound;
  };
  for (std::size_t part = std::max<std::size_t>(1, kept.size() / 2);; part = (part + 1) / 2) {
    for (std::size_t at = 0; at < kept.size() && kept.size() > 1;) {
      std::vector<std::size_t> fewer = kept;
      const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(part, fewer.size() - at)));
      if (!fewer.empty() && found_with(fewer)) {
        kept = std::move(fewer);
      } else {
        at += part;
      }
    }
    if (part == 1) return kept;
  }
}

}  // namespace

Chains find_chain(std::span<const Population* const> releases, std::size_t persons, std::uint64_t threshold) {
  Chains result = ChainSearch(releases, persons, threshold).run();
  if (result.state != Chains::State::kFound) return result;
  result.found.releases = needed(releases, persons, threshold);
  std::vector<const Population*> some;
  for (const std::size_t r : result.found.releases)
    some.push_back(releases[r]);
  result.found.persons = ChainSearch(some, persons, threshold).run().found.persons;
  return result;
}

std::vector<CellPair> near_pairs(const Population& ours, const Population& theirs, std::uint64_t threshold,
                                 std::size_t most, double* closeness) {
  const std::size_t width = theirs.classes.size();
  std::vector<std::uint64_t> joint(ours.classes.size() * width, 0);
  const std::size_t persons = std::max(ours.class_of.size(), theirs.class_of.size());
  for (std::size_t p = 0; p < persons; ++p)
    ++joint[ours.at(p) * width + theirs.at(p)];
  std::vector<std::uint64_t> in_ours(ours.cells, 0), in_theirs(theirs.cells, 0), of_theirs(width, 0);
  std::vector<std::vector<std::uint64_t>> by_class(ours.cells);  // persons of our cell by their class
  std::size_t filled = 0;
  for (std::size_t c = 0; c < ours.classes.size(); ++c)
    for (std::size_t k = 0; k < width; ++k) {
      const std::uint64_t count = joint[c * width + k];
      if (count == 0) continue;
      filled += c > 0 && k > 0;
      of_theirs[k] += count;
      for (const Population::Count& at : ours.classes[c]) {
        if (by_class[at.cell].empty()) by_class[at.cell].resize(width, 0);
        by_class[at.cell][k] += count;
        in_ours[at.cell] += count;
      }
    }
  for (std::size_t k = 0; k < width; ++k)
    for (const Population::Count& at : theirs.classes[k])
      in_theirs[at.cell] += of_theirs[k];
  if (closeness != nullptr)
    *closeness = filled == 0 ? 0 : static_cast<double>(ours.classes.size() + width) / static_cast<double>(filled + 2);
  std::vector<CellPair> pairs;
  std::vector<std::uint64_t> both;
  for (std::uint32_t a = 0; a < ours.cells; ++a) {
    if (by_class[a].empty()) continue;
    both.assign(theirs.cells, 0);
    for (std::size_t k = 0; k < width; ++k)
      if (by_class[a][k] != 0)
        for (const Population::Count& at : theirs.classes[k])
          both[at.cell] += by_class[a][k];
    for (std::uint32_t b = 0; b < theirs.cells; ++b) {
      const CellPair pair{a, b, in_ours[a] - both[b], in_theirs[b] - both[b]};
      const std::uint64_t differing = pair.only_ours + pair.only_theirs;
      if (both[b] > 0 && differing > 0 && differing < threshold) pairs.push_back(pair);
    }
  }
  std::ranges::stable_sort(pairs, {}, [](const CellPair& pair) { return pair.only_ours + pair.only_theirs; });
  if (pairs.size() > most) pairs.resize(most);
  return pairs;
}

}  // namespace sekisho::disclosure
