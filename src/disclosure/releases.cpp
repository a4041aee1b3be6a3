#include "disclosure/releases.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "core/file.h"
#include "crypto/digest.h"
#include "disclosure/differencing.h"
#include "disclosure/narrowing.h"
#include "disclosure/release_files.h"
#include "ledger/ledger.h"

namespace sekisho::disclosure {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedPairs = 20, kNearest = 3, kMostClasses = 60'000, kMostChained = 256, kMostJoined = 6,
                      kMostListed = 10;
constexpr double kNarrowingSeconds = 1;

// Shown as it is: a number that was rounded or perturbed is no equation.
bool is_exact(const ReleasedCell& cell) {
  return cell.shown && cell.window == 0;
}

Population population_of(const ReleaseItem& item) {
  Population out;
  std::vector<std::uint32_t> number(item.cells.size(), 0);
  for (std::size_t i = 0; i < item.cells.size(); ++i)
    if (is_exact(item.cells[i])) number[i] = static_cast<std::uint32_t>(out.cells++);
  out.classes.emplace_back();
  for (const auto& counts : item.classes) {
    out.classes.emplace_back();
    for (const ReleaseItem::Count& count : counts)
      if (is_exact(item.cells[count.cell])) out.classes.back().push_back({number[count.cell], count.times});
  }
  return out;
}

std::vector<std::uint32_t> shown_cells(const ReleaseItem& item) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < item.cells.size(); ++i)
    if (is_exact(item.cells[i])) out.push_back(i);
  return out;
}

void place_members(Population& population, const std::vector<std::vector<std::uint32_t>>& members) {
  for (std::size_t c = 0; c < members.size(); ++c)
    for (const std::uint32_t person : members[c]) {
      if (person >= population.class_of.size()) population.class_of.resize(person + 1, 0);
      population.class_of[person] = static_cast<std::uint16_t>(c + 1);
    }
}

VerdictItem verdict_of(const Reveals& reveals) {
  std::string earlier;
  for (const std::string& item : reveals.earlier)
    earlier += (earlier.empty() ? "" : "; ") + item;
  VerdictItem item;
  item.rule = reveals.rule;
  item.verdict = Verdict::kFail;
  item.place = reveals.cell.empty() ? "table" : reveals.cell;
  item.reason_en = fmt::format("together with earlier releases ({}) it tells about {} persons", earlier,
                               reveals.persons == 0 ? std::string("few") : std::to_string(reveals.persons));
  item.reason_ja = fmt::format("既に公表した表（{}）と合わせると{}人についての値が分かります", earlier,
                               reveals.persons == 0 ? std::string("少数") : std::to_string(reveals.persons));
  item.remedy_en = "Use the earlier release as it stands (same data cut, same limits), merge the categories, or round.";
  item.remedy_ja = "既に公表した表をそのまま使う（同じデータ時点・同じ区分）か、区分を統合するか、丸めてください。";
  return item;
}

class Memory final : public Releases {
 public:
  Memory(ReleaseFiles files, FileLock lock) : files_(std::move(files)), lock_(std::move(lock)) {}

  Result<void> load() {
    SEKISHO_TRY(items_, files_.read_items());
    return files_.load_persons();
  }
  const std::vector<ReleaseItem>& items() const override { return items_; }
  std::size_t persons() const override { return files_.persons(); }

  Result<ReleaseJudgement> judge(const ReleaseItem& item, std::uint64_t threshold) override {
    const auto start = std::chrono::steady_clock::now();
    ReleaseJudgement out;
    if (item.classes.size() > 65'000) return fail("memory.too_large", "the table tells too many groups apart");
    Population ours = population_of(item);
    place_members(ours, files_.numbers(item.members));
    std::vector<Population> others;
    std::vector<double> closeness;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].output_sha256 == item.output_sha256 && items_[i].definition == item.definition) continue;
      Population theirs = population_of(items_[i]);
      SEKISHO_TRY(const auto members, files_.read_members(items_[i].id));
      place_members(theirs, members);
      closeness.push_back(0);
      compare(item, ours, items_[i], theirs, threshold, out, closeness.back());
      out.compared_cells += theirs.cells;
      ++out.compared_items;
      others.push_back(std::move(theirs));
      which.push_back(i);
    }
    if (out.reveals.empty()) chain(ours, others, which, closeness, threshold, out);
    if (out.reveals.empty()) narrow(item, ours, others, which, closeness, threshold, out);
    for (const Reveals& reveals : out.reveals)
      out.items.push_back(verdict_of(reveals));
    const std::vector<std::string> unexamined(
        out.unexamined.begin(),
        out.unexamined.begin() + static_cast<std::ptrdiff_t>(std::min(out.unexamined.size(), kMostListed)));
    if (!out.chains_decided)
      out.items.push_back(
          {"differencing.chain_limit", Verdict::kReview, "table",
           fmt::format("combinations of the {} nearest earlier releases were examined, not of all {}: "
                       "look at {}",
                       out.chained_items, out.compared_items, fmt::join(unexamined, ", ")),
           fmt::format("近い{}件の組合せを検査しましたが、全{}件の組合せは検査していません（未検査: {}）",
                       out.chained_items, out.compared_items, fmt::join(unexamined, "、")),
           "Look at whether the releases use very fine categories of the same persons.",
           "同じ対象者について細かい区分の表が重なっていないか確認してください。"});
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return out;
  }

  Result<void> keep(ReleaseItem& item) override {
    for (const ReleaseItem& known : items_)
      if (known.output_sha256 == item.output_sha256 && known.definition == item.definition && known.cut == item.cut &&
          known.project == item.project) {
        item.id = known.id;
        return {};
      }
    item.id = fmt::format("{:06}", items_.size() + 1);
    SEKISHO_CHECK(files_.write(item));
    items_.push_back(item);
    items_.back().members.clear();
    return {};
  }

 private:
  void compare(const ReleaseItem& item, const Population& ours, const ReleaseItem& other, const Population& theirs,
               std::uint64_t threshold, ReleaseJudgement& out, double& closeness) {
    const std::vector<std::uint32_t> our_cells = shown_cells(item), their_cells = shown_cells(other);
    std::set<std::uint32_t> named;
    for (const CellPair& pair : near_pairs(ours, theirs, threshold, kNamedPairs, &closeness)) {
      const std::uint32_t ours_at = our_cells[pair.ours], theirs_at = their_cells[pair.theirs];
      const bool nested = pair.only_ours == 0 || pair.only_theirs == 0;
      named.insert(ours_at);
      out.reveals.push_back({nested ? "differencing.nested" : "differencing.new_cut",
                             pair.only_ours + pair.only_theirs,
                             item.cell_name(ours_at),
                             {other.id + ": " + other.cell_name(theirs_at)}});
    }
    if (other.definition != item.definition || other.cut == item.cut) return;
    std::map<std::vector<std::string>, const ReleasedCell*> by_labels;
    for (const ReleasedCell& cell : other.cells)
      if (is_exact(cell)) by_labels.emplace(cell.labels, &cell);
    for (const std::uint32_t at : our_cells) {
      const auto same = by_labels.find(item.cells[at].labels);
      if (same == by_labels.end() || named.contains(at)) continue;
      const double difference = std::abs(item.cells[at].value - same->second->value);
      if (item.definition.starts_with("count()") && difference > 0 && difference < static_cast<double>(threshold))
        out.reveals.push_back({"differencing.same_grid",
                               static_cast<std::uint64_t>(difference),
                               item.cell_name(at),
                               {other.id + ": " + item.cell_name(at)}});
    }
  }

  void chain(const Population& ours, const std::vector<Population>& others, const std::vector<std::size_t>& which,
             const std::vector<double>& closeness, std::uint64_t threshold, ReleaseJudgement& out) {
    std::vector<std::size_t> order(others.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t i) { return closeness[i]; });
    const auto related = static_cast<std::size_t>(std::ranges::count_if(closeness, [](double c) { return c > 0; }));
    // The nearest first: what they reveal is found and explained soonest, and when all together are too many to tell,
    // the largest part that could be told stands.
    for (std::size_t most = kNearest;; most *= 2) {
      std::vector<const Population*> list = {&ours};
      std::vector<std::size_t> used;
      std::size_t persons = ours.class_of.size(), classes = ours.classes.size();
      out.unexamined.clear();
      for (std::size_t n = out.chained_items; n < order.size() && closeness[order[n]] > 0; ++n)
        out.unexamined.push_back(items_[which[order[n]]].id);
      for (const std::size_t i : order) {
        if (used.size() >= most || closeness[i] == 0) break;
        if ((classes += others[i].classes.size()) > kMostClasses) break;
        list.push_back(&others[i]);
        used.push_back(i);
        persons = std::max(persons, others[i].class_of.size());
      }
      const Chains chains = find_chain(list, persons, threshold);
      out.chains_decided = chains.state != Chains::State::kUndecided;
      if (!out.chains_decided) return;
      const bool grew = used.size() > out.chained_items;
      out.chained_items = used.size();
      if (chains.state == Chains::State::kFound) {
        Reveals reveals{"differencing.chain", chains.found.persons.size(), {}, {}};
        for (const std::size_t release : chains.found.releases)
          if (release > 0) {
            const ReleaseItem& other = items_[which[used[release - 1]]];
            reveals.earlier.push_back(other.id + ": " + other.definition);
          }
        out.reveals.push_back(std::move(reveals));
        return;
      }
      if (used.size() == related) return;
      out.chains_decided = false;
      if (!grew || most >= kMostChained) return;
    }
  }

  // Hidden counts of the new table and of the nearest earlier ones that all of them together narrow down.
  void narrow(const ReleaseItem& item, const Population& ours, const std::vector<Population>& others,
              const std::vector<std::size_t>& which, const std::vector<double>& closeness, std::uint64_t threshold,
              ReleaseJudgement& out) {
    std::vector<std::size_t> order(others.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t i) { return closeness[i]; });
    std::vector<JointRelease> joined = {{&item, &ours}};
    std::vector<std::string> names;
    for (const std::size_t i : order) {
      if (joined.size() > kMostJoined) break;
      joined.push_back({&items_[which[i]], &others[i]});
      names.push_back(items_[which[i]].id + ": " + items_[which[i]].definition);
    }
    if (joined.size() < 2) return;
    const Narrowing found = narrowed_cells(joined, threshold, kNarrowingSeconds);
    const std::string list = fmt::format("{}", fmt::join(names, "; "));
    if (!found.decided)
      out.items.push_back(
          {"differencing.narrow", Verdict::kReview, item.definition,
           fmt::format("whether hidden counts are narrowed down together with earlier releases ({}) was not decided: "
                       "too many groups of persons, or no time left",
                       list),
           fmt::format(
               "既に公表した表（{}"
               "）と合わせて伏せた人数が絞り込まれるかどうかは判定できませんでした（人の組が多すぎるか、時間切れ）",
               list),
           "Compare the tables by hand, or use the groups of the earlier release.",
           "人の目で表を見比べるか、既に公表した表と同じ区分を使ってください。"});
    for (std::size_t k = 0; k < std::min(found.cells.size(), kMostListed); ++k) {
      const NarrowedCell& cell = found.cells[k];
      const ReleaseItem& of = *joined[cell.release].item;
      out.items.push_back(
          {"differencing.narrow", Verdict::kReview, (cell.release == 0 ? "" : of.id + ": ") + of.cell_name(cell.cell),
           fmt::format("together with earlier releases ({}) a hidden count lies between {:.1f} and {:.1f}", list,
                       cell.interval.low, cell.interval.high),
           fmt::format("既に公表した表（{}）と合わせると、伏せた人数が{:.1f}から{:.1f}の間に絞られます", list,
                       cell.interval.low, cell.interval.high),
           "Use the groups of the earlier release, or merge the classes of this one.",
           "既に公表した表と同じ区分を使うか、この表の区分を統合してください。"});
    }
  }

  ReleaseFiles files_;
  FileLock lock_;
  std::vector<ReleaseItem> items_;
};

}  // namespace

Json ReleaseJudgement::to_json() const {
  Json list = Json::array();
  for (const Reveals& reveal : reveals)
    list.push_back(
        Json{{"rule", reveal.rule}, {"persons", reveal.persons}, {"cell", reveal.cell}, {"earlier", reveal.earlier}});
  return Json{{"compared_items", compared_items},
              {"compared_cells", compared_cells},
              {"chained_items", chained_items},
              {"chains_decided", chains_decided},
              {"unexamined", unexamined},
              {"reveals", std::move(list)},
              {"seconds", seconds}};
}

Result<std::unique_ptr<Releases>> Releases::open(const fs::path& folder, bool create, const Clock& clock,
                                                 Random& random) {
  if (!create && !fs::exists(folder / "person.key"))
    return fail("memory.absent", "no memory of releases stands here", {.file = folder.string()});
  SEKISHO_CHECK(make_folders(folder / "items", 0700));
  SEKISHO_TRY(FileLock lock, FileLock::take(folder / "lock", "the memory of releases"));
  SEKISHO_TRY(ReleaseFiles files, ReleaseFiles::open(folder, clock, random));
  auto memory = std::make_unique<Memory>(std::move(files), std::move(lock));
  SEKISHO_CHECK(memory->load());
  return memory;
}

}  // namespace sekisho::disclosure
