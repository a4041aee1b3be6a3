#include "anonymize/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "anonymize/history_dates.h"
#include "anonymize/history_fields.h"
#include "anonymize/history_households.h"
#include "anonymize/history_items.h"
#include "anonymize/history_rows.h"

namespace sekisho::anonymize {
namespace {

using detail::DateValue;
using detail::kNoNode;
using detail::PersonRows;

constexpr std::size_t kMostStages = 30;  // then codes go and their rows stay

// Why a row is not in the result.
enum class Fate : std::uint8_t { kStays, kSpecific, kExtreme, kRare };

class Finisher {
 public:
  Finisher(const std::vector<Table>& tables, const HistoryPolicy& policy, ByteView key, int threads)
      : tables_(tables), policy_(policy), key_(key), threads_(threads) {}

  // Repeats a decision in place of looking for one.
  void replay(const HistoryDecision& decision) { replayed_ = &decision; }

  Result<FinishedHistories> run() {
    if (tables_.size() != policy_.histories.size())
      return fail("policy.history", "a table is needed for each history of the policy");
    SEKISHO_CHECK(check_columns());
    SEKISHO_CHECK(number_persons());
    read_dates();
    leave_out_specific();
    truncate();
    SEKISHO_CHECK(protect());
    draw();
    move_dates();
    for (std::size_t h = 0; h < tables_.size(); ++h)
      out_.histories.push_back(finish(h));
    out_.households_before = households_.pairs_alike(looks(false), least_alike());
    out_.households = households_.pairs_alike(looks(true), least_alike());
    return std::move(out_);
  }

  // What decide() decided, over the rows as they are.
  HistoryDecision taken() const {
    HistoryDecision out =
        items_.decision([&](std::size_t h, int place) -> const std::string& { return name_of(h, place); });
    out.rounds = out_.rounds;
    const auto gone = [&](std::size_t h, const detail::ItemColumn& one, std::size_t row, bool stays) {
      out.gone.push_back({std::string(ids_[person(h, row)]), static_cast<std::uint32_t>(h), name_of(h, one.column),
                          items_.text(item(one, h, row)), stays});
    };
    for (std::size_t h = 0; h < tables_.size(); ++h)
      for (const detail::ItemColumn& one : items_.of(h)) {
        const bool is_code = !history(h).code.empty() && name_of(h, one.column) == history(h).code;
        for (std::size_t row = 0; row < tables_[h].rows; ++row) {
          if (!stays(h, row) && !(is_code && fate_[h][row] == Fate::kRare)) continue;
          const std::uint32_t node = item(one, h, row);
          if (node == kNoNode || shown_node(one, h, row) != kNoNode) continue;
          const bool kept_row = is_code && stays(h, row);
          if (kept_row || items_.shown_of_all(node) != kNoNode) gone(h, one, row, kept_row);
        }
      }
    out.tidy();
    return out;
  }

 private:
  const History& history(std::size_t h) const { return policy_.histories[h]; }
  const Column& column(std::size_t h, std::string_view name) const { return *tables_[h].find(name); }
  std::uint32_t person(std::size_t h, std::size_t row) const { return rows_[h].person[row]; }
  bool stays(std::size_t h, std::size_t row) const { return fate_[h][row] == Fate::kStays; }

  Result<void> check_columns() const {
    for (std::size_t h = 0; h < tables_.size(); ++h) {
      const History& one = history(h);
      const auto missing = [&](const std::string& name) {
        return fail("policy.columns", fmt::format("the history '{}' has no column '{}'", one.name, name));
      };
      if (tables_[h].find(policy_.person) == nullptr) return missing(policy_.person);
      if (!one.date.empty() && tables_[h].find(one.date) == nullptr) return missing(one.date);
      for (const HistoryColumn& wanted : one.columns)
        if (tables_[h].find(wanted.attribute.name) == nullptr) return missing(wanted.attribute.name);
      for (const Column& there : tables_[h].columns)
        if (there.name() != policy_.person && there.name() != one.date && one.find(there.name()) == nullptr)
          return fail(
              "policy.columns",
              fmt::format("the policy does not say what column '{}' of the history '{}' is", there.name(), one.name),
              {}, "Name each column with its kind: item, number, keep, text, identifying or household.");
    }
    return {};
  }

  // One numbering over all tables, in the order of the ids' texts, so that the order of rows decides nothing.
  Result<void> number_persons() {
    for (std::size_t h = 0; h < tables_.size(); ++h)
      for (const std::string& id : column(h, policy_.person).values()) {
        if (id.empty())
          return fail("policy.person", fmt::format("the history '{}' has rows without a person", history(h).name));
        ids_.push_back(id);
      }
    std::ranges::sort(ids_);
    ids_.erase(std::ranges::unique(ids_).begin(), ids_.end());
    dead_.assign(ids_.size(), 0);
    for (std::size_t h = 0; h < tables_.size(); ++h) {
      const Column& ids = column(h, policy_.person);
      std::vector<std::uint32_t> number;
      for (const std::string& id : ids.values())
        number.push_back(
            static_cast<std::uint32_t>(std::ranges::lower_bound(ids_, std::string_view(id)) - ids_.begin()));
      rows_.push_back(PersonRows::of(ids, number, ids_.size()));
      fate_.emplace_back(tables_[h].rows, Fate::kStays);
      gone_.emplace_back(history(h).columns.size());
    }
    return {};
  }

  void read_dates() {
    for (std::size_t h = 0; h < tables_.size(); ++h) {
      std::vector<DateValue>& values = dates_.emplace_back();
      if (history(h).date.empty()) continue;
      for (const std::string& text : column(h, history(h).date).values())
        values.push_back(detail::read_date(text));
    }
  }
  DateValue date(std::size_t h, std::size_t row) const { return dates_[h][column(h, history(h).date).code(row)]; }
  bool is_dated(std::size_t h) const { return !history(h).date.empty(); }

  void leave_out_specific() {
    for (const SpecificRule& rule : policy_.specific) {
      std::size_t found = 0;
      for (std::size_t h = 0; h < tables_.size(); ++h) {
        if (!rule.history.empty() && rule.history != history(h).name) continue;
        const HistoryColumn* wanted = history(h).find(rule.column);
        if (wanted == nullptr) continue;
        const Column& values = column(h, rule.column);
        std::vector<std::uint8_t> matches;
        for (const std::string& value : values.values())
          matches.push_back(rule.matches(value));
        if (rule.action == SpecificRule::Action::kValue) {
          auto& gone = gone_[h][static_cast<std::size_t>(wanted - history(h).columns.data())];
          gone.resize(matches.size(), 0);
          for (std::size_t code = 0; code < matches.size(); ++code)
            gone[code] |= matches[code];
        }
        for (std::size_t row = 0; row < tables_[h].rows; ++row) {
          if (!matches[values.code(row)]) continue;
          ++found;
          if (rule.action == SpecificRule::Action::kRow) fate_[h][row] = Fate::kSpecific;
          if (rule.action == SpecificRule::Action::kPerson) dead_[person(h, row)] = 1;
        }
      }
      out_.specific.emplace_back(rule.reason, found);
    }
    for (std::size_t h = 0; h < tables_.size(); ++h)
      for (std::size_t row = 0; row < tables_[h].rows; ++row)
        if (dead_[person(h, row)]) fate_[h][row] = Fate::kSpecific;
  }

  // The first rows of a person stay; equal dates are told by the rows' texts.
  void truncate() {
    std::vector<std::uint32_t> rows;
    for (std::size_t h = 0; h < tables_.size(); ++h) {
      const std::size_t most = history(h).most_rows;
      if (most == 0) continue;
      for (std::uint32_t p = 0; p < ids_.size(); ++p) {
        rows.clear();
        for (const std::uint32_t row : rows_[h].of(p))
          if (stays(h, row)) rows.push_back(row);
        if (rows.size() <= most) continue;
        std::ranges::sort(rows, [&](std::uint32_t a, std::uint32_t b) { return earlier(h, a, b); });
        for (std::size_t i = most; i < rows.size(); ++i)
          fate_[h][rows[i]] = Fate::kExtreme;
      }
    }
  }
  bool earlier(std::size_t h, std::uint32_t a, std::uint32_t b) const {
    if (is_dated(h)) {
      const DateValue one = date(h, a), other = date(h, b);
      const bool none = one.precision == Precision::kNone, other_none = other.precision == Precision::kNone;
      if (none != other_none) return other_none;
      if (one.day != other.day) return one.day < other.day;
    }
    for (const Column& values : tables_[h].columns)
      if (values.code(a) != values.code(b)) return values.text(a) < values.text(b);
    return false;
  }

  // Sets of all that somebody may know of a person, and what is shown of them.
  Result<void> protect() {
    for (std::size_t h = 0; h < tables_.size(); ++h)
      for (std::size_t c = 0; c < history(h).columns.size(); ++c)
        if (history(h).columns[c].kind == HistoryColumn::Kind::kItem) {
          const HistoryColumn& wanted = history(h).columns[c];
          SEKISHO_CHECK(items_.add(h, c, column(h, wanted.attribute.name), wanted, policy_.delimiter));
        }
    if (policy_.dates.kind == DateRule::Kind::kCoarsen)
      for (std::size_t h = 0; h < tables_.size(); ++h)
        if (is_dated(h)) items_.add_dates(h, dates_[h], policy_.dates.unit);
    return replayed_ == nullptr ? decide() : repeat();
  }
  Result<void> decide() {
    // A row that goes with its code takes other items with it, an item that goes takes itself out of combinations: the
    // sets without it are judged again.
    for (bool again = true; again;) {
      detail::ItemSets sets = sets_now();
      if (out_.rounds == 0) out_.items_before = items_.different(sets);
      SEKISHO_TRY(detail::KmOutcome found,
                  detail::protect_sets(sets, items_.forest(), {.k = policy_.k, .m = policy_.m, .threads = threads_}));
      out_.rounds += found.rounds;
      items_.decide(std::move(found), ids_.size());
      again = policy_.rows && leave_out_together();
      if (items_.stages() < kMostStages) again = leave_out_rows() || again;
    }
    out_.items = items_.shown();
    return {};
  }
  Result<void> repeat() {
    out_.items_before = items_.different(sets_now());
    SEKISHO_TRY(staying_, items_.repeat(*replayed_, ids_, [&](std::size_t h, int place) -> const std::string& {
      return name_of(h, place);
    }));
    out_.rounds = replayed_->rounds;
    leave_out_rows();
    out_.items = items_.shown();
    return {};
  }
  const std::string& name_of(std::size_t h, int place) const {
    return place < 0 ? history(h).date : history(h).columns[static_cast<std::size_t>(place)].attribute.name;
  }
  detail::ItemSets sets_now() const {
    detail::ItemSets sets;
    for (std::uint32_t p = 0; p < ids_.size(); ++p) {
      for (std::size_t h = 0; h < tables_.size(); ++h)
        for (const std::uint32_t row : rows_[h].of(p)) {
          if (!stays(h, row)) continue;
          for (const detail::ItemColumn& one : items_.of(h))
            if (const std::uint32_t node = shown_node(one, h, row); node != kNoNode) sets.items.push_back(node);
        }
      sets.close();
    }
    return sets;
  }
  // True: rows with other items went.
  bool leave_out_rows() {
    bool others = false;
    for (std::size_t h = 0; h < tables_.size(); ++h) {
      const HistoryColumn* wanted = history(h).find(history(h).code);
      if (wanted == nullptr) continue;
      const detail::ItemColumn& code = *items_.find(h, static_cast<int>(wanted - history(h).columns.data()));
      for (std::size_t row = 0; row < tables_[h].rows; ++row) {
        if (!stays(h, row) || item(code, h, row) == kNoNode || shown_node(code, h, row) != kNoNode) continue;
        if (std::ranges::binary_search(staying_, std::pair(person(h, row), item(code, h, row)))) continue;
        fate_[h][row] = Fate::kRare;
        others = others || items_.of(h).size() > 1;
      }
    }
    return others;
  }
  // What is shown of the items of a row.
  void shown_items(std::size_t h, std::size_t row, std::vector<std::uint32_t>& out) const {
    out.clear();
    for (const detail::ItemColumn& one : items_.of(h))
      if (const std::uint32_t node = stays(h, row) ? shown_node(one, h, row) : kNoNode; node != kNoNode)
        out.push_back(node);
  }
  // Combinations that stand in one row of fewer than k persons lose an item: of these persons, or, when that came to no
  // end, of all. True: there were some.
  bool leave_out_together() {
    detail::RowCombinations combinations(policy_.m);
    std::vector<std::uint32_t> items, rare;
    for (std::uint32_t p = 0; p < ids_.size(); ++p) {
      for (std::size_t h = 0; h < tables_.size(); ++h)
        for (const std::uint32_t row : rows_[h].of(p)) {
          shown_items(h, row, items);
          combinations.add(items);
        }
      combinations.close();
    }
    detail::KmOutcome out;
    out.shown.resize(items_.forest().size());
    std::iota(out.shown.begin(), out.shown.end(), 0U);
    for (std::size_t h = 0; h < tables_.size(); ++h)
      for (std::size_t row = 0; row < tables_[h].rows; ++row) {
        shown_items(h, row, items);
        rare.clear();
        combinations.rare(items, policy_.k, rare);
        for (const std::uint32_t node : rare)
          out.removed.emplace_back(person(h, row), node);
      }
    if (out.removed.empty()) return false;
    std::ranges::sort(out.removed);
    out.removed.erase(std::ranges::unique(out.removed).begin(), out.removed.end());
    if (items_.stages() >= kMostStages) {
      for (const auto& [p, node] : out.removed)
        out.shown[node] = kNoNode;
      out.removed.clear();
    }
    items_.decide(std::move(out), ids_.size());
    return true;
  }
  std::uint32_t shown_node(const detail::ItemColumn& one, std::size_t h, std::size_t row) const {
    const std::uint32_t node = item(one, h, row);
    return node == kNoNode ? kNoNode : items_.shown_of(person(h, row), node);
  }
  // The item of a row, if it has one that no rule left out.
  std::uint32_t item(const detail::ItemColumn& one, std::size_t h, std::size_t row) const {
    const std::uint32_t code = column(h, name_of(h, one.column)).code(row);
    if (one.column >= 0) {
      const auto& gone = gone_[h][static_cast<std::size_t>(one.column)];
      if (!gone.empty() && gone[code]) return kNoNode;
    }
    return one.node[code];
  }

  // Number and shift of each person from the key. Members of a household get different shifts.
  void draw() {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    std::vector<std::uint8_t> present(ids_.size(), 0);
    for (std::size_t h = 0; h < tables_.size(); ++h)
      for (std::size_t row = 0; row < tables_[h].rows; ++row)
        if (stays(h, row)) present[person(h, row)] = 1;
    shift_.assign(ids_.size(), 0);
    for (std::uint32_t p = 0; p < ids_.size(); ++p) {
      if (!present[p]) continue;
      const auto [number, shift] = drawn(p, 0);
      order.emplace_back(number, p);
      shift_[p] = shift;
    }
    std::ranges::sort(order);
    number_.assign(ids_.size(), kNoNode);
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      number_[order[i].second] = i;
      out_.source.emplace_back(ids_[order[i].second]);
    }
    out_.persons = order.size();
    find_households();
    const int choices = 2 * (policy_.dates.shift / std::max(1, policy_.dates.step)) + 1;
    households_.draw_apart(shift_, choices,
                           [&](std::uint32_t p, std::uint32_t attempt) { return drawn(p, attempt).second; });
  }
  std::pair<std::uint64_t, std::int32_t> drawn(std::uint32_t p, std::uint32_t attempt) const {
    return detail::drawn(key_, ids_[p], attempt, policy_.dates);
  }

  // The household is the first value of a person.
  void find_households() {
    std::vector<std::uint8_t> placed(ids_.size(), 0);
    for (std::size_t h = 0; h < tables_.size(); ++h)
      for (const HistoryColumn& wanted : history(h).columns) {
        if (wanted.kind != HistoryColumn::Kind::kHousehold) continue;
        const Column& values = column(h, wanted.attribute.name);
        for (std::size_t row = 0; row < tables_[h].rows; ++row) {
          const std::uint32_t p = person(h, row);
          if (placed[p] || values.text(row).empty() || number_[p] == kNoNode) continue;
          placed[p] = 1;
          households_.add(values.text(row), p);
        }
      }
    households_.close();
  }

  // The new text of each row's date.
  void move_dates() {
    new_days_.resize(tables_.size());
    if (policy_.dates.kind != DateRule::Kind::kShift) return;
    for (std::size_t h = 0; h < tables_.size(); ++h)
      new_days_[h].assign(is_dated(h) ? tables_[h].rows : 0, 0);
    std::vector<std::int32_t> days;
    for (std::uint32_t p = 0; p < ids_.size(); ++p) {
      days.clear();
      each_date(p, [&](std::size_t, std::uint32_t, DateValue value) { days.push_back(value.day); });
      std::ranges::sort(days);
      days.erase(std::ranges::unique(days).begin(), days.end());
      const std::vector<std::int32_t> moved = detail::moved_days(days, shift_[p], policy_.dates.gap);
      each_date(p, [&](std::size_t h, std::uint32_t row, DateValue value) {
        new_days_[h][row] = moved[static_cast<std::size_t>(std::ranges::lower_bound(days, value.day) - days.begin())];
      });
    }
    hide_alike();
  }
  // What a person's different dates show, two or more: of moved ones the days between them, which no shift changes.
  std::string look(std::uint32_t p, bool after) const {
    const bool moved = after && policy_.dates.kind == DateRule::Kind::kShift;
    std::vector<std::int32_t> days;
    std::vector<std::string> texts;
    each_date(p, [&](std::size_t h, std::uint32_t row, DateValue value) {
      if (moved && !silent(p)) days.push_back(new_days_[h][row]);
      if (!moved) texts.push_back(after ? new_date(h, row) : detail::date_text(value));
    });
    return moved ? detail::days_between(days) : detail::different(texts);
  }
  // Members of a household who went on the same days have the same days between them: where fewer than k persons have
  // these, the dates of all but the first member are left out.
  void hide_alike() { silent_ = households_.alike(looks(true), least_alike()); }
  detail::Looks looks(bool after) const {
    detail::Looks out;
    for (std::uint32_t p = 0; p < ids_.size() && !households_.empty(); ++p)
      out.add(look(p, after));
    return out;
  }
  std::size_t least_alike() const { return std::max<std::size_t>(policy_.k, 3); }
  bool silent(std::uint32_t p) const { return !silent_.empty() && silent_[p] != 0; }
  template <class Body>
  void each_date(std::uint32_t p, const Body& body) const {
    for (std::size_t h = 0; h < tables_.size(); ++h) {
      if (!is_dated(h)) continue;
      for (const std::uint32_t row : rows_[h].of(p))
        if (stays(h, row) && date(h, row).precision != Precision::kNone) body(h, row, date(h, row));
    }
  }
  // "": nothing is shown.
  std::string new_date(std::size_t h, std::uint32_t row) const {
    DateValue value = date(h, row);
    if (value.precision == Precision::kNone) return "";
    if (policy_.dates.kind == DateRule::Kind::kShift) {
      if (silent(person(h, row))) return "";
      value.day = new_days_[h][row];
      return detail::date_text(value);
    }
    return shown_item(items_.dates(h), h, row);
  }
  std::string shown_item(const detail::ItemColumn& one, std::size_t h, std::size_t row) const {
    const std::uint32_t shown = shown_node(one, h, row);
    return shown == kNoNode ? "" : items_.text(shown);
  }

  FinishedHistory finish(std::size_t h);
  void finish_dates(std::size_t h, const std::vector<std::uint32_t>& rows, FinishedHistory& out) const;
  void finish_column(std::size_t h, std::size_t c, const std::vector<std::uint32_t>& rows, FinishedHistory& out) const;
  void count_lost(std::size_t h, const Column& values, VariableChanges& changes) const;

  const std::vector<Table>& tables_;
  const HistoryPolicy& policy_;
  ByteView key_;
  int threads_;
  std::vector<std::string_view> ids_;  // by person
  std::vector<std::uint8_t> dead_;     // by person
  const HistoryDecision* replayed_ = nullptr;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> staying_;  // (person, code) whose rows stay without it
  std::vector<PersonRows> rows_;                                  // by history
  std::vector<std::vector<Fate>> fate_;                           // [history][row]
  std::vector<std::vector<std::vector<std::uint8_t>>> gone_;      // [history][column][code]: a rule left the value out
  std::vector<std::vector<DateValue>> dates_;                     // [history][code]
  std::vector<std::vector<std::int32_t>> new_days_;               // [history][row]
  std::vector<std::uint32_t> number_;                             // by person
  std::vector<std::int32_t> shift_;                               // by person
  detail::HistoryHouseholds households_;
  std::vector<std::uint8_t> silent_;  // by person, where there are households: its dates are not shown
  detail::HistoryItems items_;
  FinishedHistories out_;
};

void Finisher::count_lost(std::size_t h, const Column& values, VariableChanges& changes) const {
  for (std::size_t row = 0; row < tables_[h].rows; ++row) {
    if (values.text(row).empty()) continue;
    ++changes.values;
    changes.specific += fate_[h][row] == Fate::kSpecific;
    changes.extreme += fate_[h][row] == Fate::kExtreme;
  }
}

void Finisher::finish_dates(std::size_t h, const std::vector<std::uint32_t>& rows, FinishedHistory& out) const {
  const Column& values = column(h, history(h).date);
  VariableChanges& changes = out.changes.emplace_back(history(h).date, VariableChanges()).second;
  count_lost(h, values, changes);
  for (std::size_t row = 0; row < tables_[h].rows; ++row)
    changes.with_row += fate_[h][row] == Fate::kRare && !values.text(row).empty();
  out.header.push_back(history(h).date);
  detail::FieldMaker maker(out);
  for (const std::uint32_t row : rows) {
    const std::string text = new_date(h, row);
    maker.add(text);
    if (values.text(row).empty()) continue;
    if (date(h, row).precision == Precision::kNone)
      ++changes.unreadable;
    else if (text.empty())
      ++changes.rare;
    else
      ++(policy_.dates.kind == DateRule::Kind::kShift ? changes.shifted : changes.generalized);
  }
}

void Finisher::finish_column(std::size_t h, std::size_t c, const std::vector<std::uint32_t>& rows,
                             FinishedHistory& out) const {
  using Kind = HistoryColumn::Kind;
  const HistoryColumn& wanted = history(h).columns[c];
  const Column& values = column(h, wanted.attribute.name);
  VariableChanges& changes = out.changes.emplace_back(wanted.attribute.name, VariableChanges()).second;
  count_lost(h, values, changes);
  if (wanted.kind == Kind::kDrop || wanted.kind == Kind::kHousehold ||
      (wanted.kind == Kind::kText && wanted.approved.empty())) {
    changes.text = changes.values, changes.specific = changes.extreme = 0;
    return;
  }
  const bool is_code = wanted.attribute.name == history(h).code;
  for (std::size_t row = 0; row < tables_[h].rows; ++row)
    if (fate_[h][row] == Fate::kRare && !values.text(row).empty()) ++(is_code ? changes.rare : changes.with_row);
  out.header.push_back(wanted.attribute.name);
  detail::FieldMaker maker(out);
  const detail::ItemColumn* items = items_.find(h, static_cast<int>(c));
  const auto& gone = gone_[h][c];
  std::vector<std::string> clipped;
  if (wanted.kind == Kind::kNumber)
    for (const std::string& value : values.values())
      clipped.push_back(detail::clipped(value, wanted.bottom, wanted.top));
  for (const std::uint32_t row : rows) {
    const std::uint32_t code = values.code(row);
    const std::string& value = values.values()[code];
    if (!gone.empty() && gone[code]) {
      ++changes.specific;
      maker.add("");
      continue;
    }
    const std::string text = items != nullptr               ? shown_item(*items, h, row)
                             : wanted.kind == Kind::kNumber ? clipped[code]
                                                            : value;
    maker.add(text);
    if (value.empty()) continue;
    if (text == value)
      ++changes.kept;
    else if (items == nullptr)
      ++(text.empty() ? changes.unreadable : changes.truncated);
    else
      ++(text.empty() ? changes.rare : changes.generalized);
  }
}

FinishedHistory Finisher::finish(std::size_t h) {
  FinishedHistory out;
  out.name = history(h).name;
  out.rows_before = tables_[h].rows;
  out.persons_before = column(h, policy_.person).values().size();
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < tables_[h].rows; ++row)
    if (stays(h, row)) rows.push_back(row);
  // By person; fields of one person are put in order when all are there.
  std::ranges::stable_sort(rows, {}, [&](std::uint32_t row) { return number_[person(h, row)]; });
  out.rows = rows.size();
  out.header.push_back(policy_.person);
  {
    FinishedHistory::Field& persons = out.fields.emplace_back();
    std::uint32_t last = kNoNode;
    for (const std::uint32_t row : rows) {
      const std::uint32_t number = number_[person(h, row)];
      if (number != last) {
        persons.texts.push_back(std::to_string(number + 1));
        out.numbers.push_back(number);
        ++out.persons;
      }
      last = number;
      persons.code.push_back(static_cast<std::uint32_t>(persons.texts.size() - 1));
    }
  }
  if (is_dated(h)) finish_dates(h, rows, out);
  for (std::size_t c = 0; c < history(h).columns.size(); ++c)
    finish_column(h, c, rows, out);
  detail::sort_rows(out);
  return out;
}

}  // namespace

Result<FinishedHistories> finish_histories(const std::vector<Table>& tables, const HistoryPolicy& policy, ByteView key,
                                           int threads, HistoryDecision* decision) {
  Finisher finisher(tables, policy, key, threads);
  SEKISHO_TRY(FinishedHistories out, finisher.run());
  if (decision != nullptr) *decision = finisher.taken();
  return out;
}

Result<FinishedHistories> replay_histories(const std::vector<Table>& tables, const HistoryPolicy& policy, ByteView key,
                                           const HistoryDecision& decision, int threads) {
  Finisher finisher(tables, policy, key, threads);
  finisher.replay(decision);
  return finisher.run();
}

}  // namespace sekisho::anonymize
