#include "masters/lives.h"

#include <fmt/format.h>

#include <algorithm>

#include "masters/versions.h"

namespace sekisho::masters {
namespace {

// Below this share of a neighbouring edition a full file, or one prefecture in it, is taken as incomplete.
constexpr double kComplete = 0.5;

std::string day_text(std::int32_t day) {
  return day == kNoDay ? "?" : Date{day}.iso();
}

void judge_editions(Kind kind, BuildState& state) {
  auto& editions = state.kinds[static_cast<std::size_t>(kind)].editions;
  std::map<std::string, std::uint64_t> most;
  for (const EditionState& edition : editions)
    for (const auto& [scope, rows] : edition.scopes)
      most[scope] = std::max(most[scope], rows);
  for (std::size_t i = 0; i < editions.size(); ++i) {
    EditionState& edition = editions[i];
    // Masters grow: an edition is compared with the one before it, the first with the one after it only when tiny.
    const std::uint64_t before = i > 0 ? editions[i - 1].rows : 0;
    edition.covering = static_cast<double>(edition.rows) >= kComplete * static_cast<double>(before);
    if (!edition.covering && spec(kind).parts[0] == '\0')
      state.find({.rule = "MASTER_PARTIAL_EDITION",
                  .level = "W",
                  .message = fmt::format("the full edition of {} has {} rows, the one before it {}: absence from it "
                                         "is not counted",
                                         day_text(edition.day), edition.rows, before),
                  .remedy = "fetch the edition again",
                  .kind = kind});
    // A list of some parts: one finding says which it holds, and nothing is said of the others.
    const std::size_t held = edition.scopes.size();
    const bool regional = held * 2 < most.size();
    if (regional)
      state.find({.rule = "MASTER_REGIONAL",
                  .level = "I",
                  .message = fmt::format("the edition of {} holds {} of {} {}: absence elsewhere is not counted",
                                         day_text(edition.day), held, most.size(), spec(kind).parts),
                  .kind = kind});
    for (const auto& [scope, rows] : most) {
      const std::uint64_t here = edition.scopes.contains(scope) ? edition.scopes.at(scope) : 0;
      edition.covered[scope] = static_cast<double>(here) >= kComplete * static_cast<double>(rows);
      if (!edition.covered[scope] && !(regional && here == 0))
        state.find({.rule = "MASTER_COVERAGE",
                    .level = "W",
                    .message = fmt::format("the edition of {} holds {} rows of {}, other editions up to {}: absence "
                                           "there is not counted",
                                           day_text(edition.day), here, scope, rows),
                    .remedy = "import the missing part of the edition",
                    .code = scope,
                    .kind = kind});
    }
  }
}

// Settles one code. `editions` are those of its kind.
class Settler {
 public:
  Settler(Kind kind, const std::string& code, CodeState& state, BuildState& build)
      : kind_(kind),
        code_(code),
        state_(state),
        build_(build),
        editions_(build.kinds[static_cast<std::size_t>(kind)].editions) {}

  void run() {
    LifeState life;
    resolve_from(state_, life);
    life.last_seen = state_.last.day;
    if (life.from_kind == FromKind::kAtLatest) life.not_before = absent_before();
    stated_end(life);
    gaps();
    if (life.to_kind == ToKind::kOpen) vanished(life);
    if (state_.deleted.day != kNoDay) {
      life.to = state_.deleted.day;
      life.to_kind = ToKind::kDeleted;
      life.to_evidence = state_.deleted.evidence;
    }
    if (life.to != kOpen && life.from > life.to && life.to_kind != ToKind::kDeleted) life.from = life.to;
    state_.lives.push_back(life);
    std::ranges::stable_sort(state_.events, [](const EventState& a, const EventState& b) {
      return std::tie(a.day, a.published) < std::tie(b.day, b.published);
    });
  }

 private:
  bool covers(const EditionState& edition) const {
    // Lists that are made of parts are judged part by part.
    const std::string_view scope = scope_of(kind_, code_);
    if (scope.empty()) return edition.covering;
    const auto found = edition.covered.find(std::string(scope));
    return found != edition.covered.end() && found->second;
  }

  std::int32_t absent_before() const {
    std::int32_t day = kNoDay;
    for (std::size_t i = 0; i < editions_.size() && editions_[i].day < state_.first.day; ++i)
      if (covers(editions_[i])) day = editions_[i].day;
    return day;
  }

  void stated_end(LifeState& life) const {
    // Both the abolition and the transition limit end the use; the earlier one counts when both are real.
    if (state_.end.day != kNoDay) {
      life.to = state_.end.day;
      life.to_kind = ToKind::kStated;
      life.to_evidence = state_.end.evidence;
    }
    if (state_.limit.day != kNoDay && state_.limit.day < life.to) {
      life.to = state_.limit.day;
      life.to_kind = ToKind::kLimit;
      life.to_evidence = state_.limit.evidence;
    }
  }

  // Full editions between two sights that lack the code.
  void gaps() {
    for (std::size_t i = 0; i + 1 < state_.seen.size(); ++i) {
      std::size_t missing = 0;
      for (std::size_t k = state_.seen[i] + 1u; k < state_.seen[i + 1]; ++k)
        missing += covers(editions_[k]) ? 1 : 0;
      if (missing == 0) continue;
      const std::int32_t from = editions_[state_.seen[i]].day, to = editions_[state_.seen[i + 1]].day;
      state_.events.push_back({from, EventType::kAbsent, to, state_.last.evidence});
      state_.events.push_back({to, EventType::kReappeared, to, state_.last.evidence});
      report("MASTER_GAP",
             fmt::format("in the editions of {} and {}, but absent from {} between them", day_text(from), day_text(to),
                         missing),
             "absence is not abolition: the code counts as valid between them");
    }
  }

  void vanished(LifeState& life) {
    for (const EditionState& edition : editions_) {
      if (edition.day <= state_.last.day || !covers(edition)) continue;
      if (life.absent_editions++ == 0) life.first_absent = edition.day;
    }
    if (life.absent_editions == 0) return;
    // What no edition ever held is known from the table of facts that comes with the product.
    const bool stated_only = life.last_seen == kNoDay;
    if (stated_only) {
      life.last_seen = life.from;
      state_.last.evidence = life.from_evidence;
    }
    life.to = life.last_seen;
    life.to_kind = ToKind::kDoubtful;
    life.to_evidence = state_.last.evidence;
    state_.events.push_back({life.first_absent, EventType::kAbsent, life.first_absent, state_.last.evidence});
    report("MASTER_VANISHED",
           fmt::format("{} {}, absent from {} full editions since {}, and no file states an end",
                       stated_only ? "in no edition, valid from" : "last seen", day_text(life.last_seen),
                       life.absent_editions, day_text(life.first_absent)),
           "import the editions or differential files between these days");
  }

  void report(const char* rule, std::string message, std::string remedy) {
    build_.find({.rule = rule,
                 .level = "W",
                 .message = std::move(message),
                 .remedy = std::move(remedy),
                 .code = code_,
                 .kind = kind_,
                 .file = build_.files.empty() ? "" : build_.files[state_.last.evidence.file].name,
                 .line = static_cast<std::int64_t>(state_.last.evidence.line)});
  }

  Kind kind_;
  const std::string& code_;
  CodeState& state_;
  BuildState& build_;
  const std::vector<EditionState>& editions_;
};

}  // namespace

void settle_lives(Kind kind, BuildState& state) {
  judge_editions(kind, state);
  for (auto& [code, one] : state.kinds[static_cast<std::size_t>(kind)].codes)
    Settler(kind, code, one, state).run();
}

void date_by_price_lists(const Layouts& layouts, BuildState& state) {
  const int attribute = layouts.attribute_of(Kind::kDrug, Role::kPriceCode);
  if (attribute < 0) return;
  auto& drugs = state.kinds[static_cast<std::size_t>(Kind::kDrug)].codes;
  const auto& prices = state.kinds[static_cast<std::size_t>(Kind::kPrice)].codes;
  std::map<std::uint32_t, int> users;
  const auto price_code = [&](const CodeState& drug) {
    return drug.versions.empty() ? 0u : drug.versions.back().values[static_cast<std::size_t>(attribute)];
  };
  // Codes of drugs that a patient chose (選定療養, 67...) repeat the price code of the product; codes known from the
  // supplement alone are no products of the lists.
  const auto counts = [](const std::string& code, const CodeState& drug) {
    return !code.starts_with("67") && drug.first.day != kNoDay;
  };
  for (const auto& [code, drug] : drugs)
    if (counts(code, drug)) ++users[price_code(drug)];
  for (auto& [code, drug] : drugs) {
    const std::uint32_t id = price_code(drug);
    // A price code that several products share says nothing about one of them.
    if (id == 0 || !counts(code, drug) || users[id] != 1 || drug.lives.size() != 1) continue;
    const auto price = prices.find(state.texts.text(id));
    if (price == prices.end() || price->second.first.day == kNoDay) continue;
    LifeState& life = drug.lives.front();
    const Stated& first = price->second.first;
    if (life.from_kind == FromKind::kStated || first.day >= life.from) continue;
    life.from = first.day;
    life.from_evidence = first.evidence;
    life.not_before = price->second.lives.empty() ? kNoDay : price->second.lives.front().not_before;
  }
}

}  // namespace sekisho::masters
