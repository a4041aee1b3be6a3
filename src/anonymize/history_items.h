// The items of histories: which node of which tree a value is, and what is shown of it to whom. Internal.
#pragma once

#include <functional>
#include <string_view>
#include <unordered_map>

#include "anonymize/history_dates.h"
#include "anonymize/history_decision.h"
#include "anonymize/km.h"

namespace sekisho::anonymize::detail {

// Rows by person.
struct PersonRows {
  std::vector<std::uint32_t> person;  // [row]
  std::vector<std::uint64_t> start;
  std::vector<std::uint32_t> rows;
  std::span<const std::uint32_t> of(std::uint32_t p) const {
    return {rows.data() + start[p], rows.data() + start[p + 1]};
  }
  // `number`: of the person, by code of the column.
  static PersonRows of(const Column& ids, const std::vector<std::uint32_t>& number, std::size_t persons);
};

struct ItemColumn {
  int column = -1;                  // place in the history; -1: its date
  std::vector<std::uint32_t> node;  // by code of the column; kNoNode: the value is empty
};

class HistoryItems {
 public:
  // A column's values and its hierarchy, from the least level up; the last level is no item. Errors: hierarchy.*.
  Result<void> add(std::size_t history, std::size_t place, const Column& column, const HistoryColumn& wanted,
                   char delimiter);
  void add_dates(std::size_t history, const std::vector<DateValue>& values, std::string_view unit);
  const std::vector<ItemColumn>& of(std::size_t history) const {
    static const std::vector<ItemColumn> kNone;
    return history < columns_.size() ? columns_[history] : kNone;
  }
  const ItemColumn* find(std::size_t history, int column) const;
  const ItemColumn& dates(std::size_t history) const { return *find(history, -1); }
  const ItemForest& forest() const { return forest_; }
  const std::string& text(std::uint32_t node) const { return texts_[node]; }

  std::size_t different(const ItemSets& sets) const;  // items
  // What is shown of what was shown before.
  void decide(KmOutcome outcome, std::size_t persons);
  std::size_t stages() const { return stages_.size(); }
  std::size_t shown() const;  // different nodes that are shown of any
  std::uint32_t shown_of(std::uint32_t person, std::uint32_t node) const;
  std::uint32_t shown_of_all(std::uint32_t node) const;  // apart from what was left out of single persons

  // The name of a history's column; -1: of its date.
  using NameOf = std::function<const std::string&(std::size_t history, int column)>;
  // All items and what is shown of them; of single persons nothing.
  HistoryDecision decision(const NameOf& name_of) const;
  // In place of decide(). `ids`: of the persons, sorted; persons and items that are not there are passed over. Returns
  // (person, item) whose rows stay, sorted. Error: anonymize.decision.
  Result<std::vector<std::pair<std::uint32_t, std::uint32_t>>> repeat(const HistoryDecision& decision,
                                                                      const std::vector<std::string_view>& ids,
                                                                      const NameOf& name_of);

 private:
  using Names = std::unordered_map<std::string, std::uint32_t>;
  std::uint32_t node(Names& names, const std::string& text, std::uint32_t least);
  std::vector<std::vector<ItemColumn>> columns_;  // [history]
  ItemForest forest_;
  std::vector<std::string> texts_;
  struct Stage {
    KmOutcome outcome;
    std::vector<std::uint64_t> removed_of;  // by person: first place in outcome.removed
  };
  std::vector<Stage> stages_;
};

// A number within bounds; "": it is none.
std::string clipped(const std::string& value, std::optional<double> bottom, std::optional<double> top);

}  // namespace sekisho::anonymize::detail
