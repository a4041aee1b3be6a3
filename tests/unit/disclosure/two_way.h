// Two-way tables with margins for tests, and an attacker that needs no linear programming: deviations of such a table
// are circulations in a network of rows and columns, so the reach of a cell is a maximal flow.
#pragma once

#include <bit>
#include <queue>
#include <vector>

#include "disclosure/protect.h"

namespace sekisho::disclosure {

struct TwoWay {
  std::size_t rows, columns;  // without margins
  CellTable table;
  std::size_t at(std::size_t r, std::size_t c) const { return r * (columns + 1) + c; }
};

inline TwoWay two_way(const std::vector<std::vector<int>>& values, int threshold) {
  TwoWay t{values.size(), values[0].size(), {}};
  t.table.dimensions = {"r", "c"};
  t.table.cells.resize((t.rows + 1) * (t.columns + 1));
  for (std::size_t r = 0; r <= t.rows; ++r)
    for (std::size_t c = 0; c <= t.columns; ++c) {
      Cell& cell = t.table.cells[t.at(r, c)];
      cell.id = std::to_string(t.at(r, c));
      cell.labels = {std::to_string(r), std::to_string(c)};
      for (std::size_t i = 0; i < t.rows; ++i)
        for (std::size_t j = 0; j < t.columns; ++j)
          if ((r == t.rows || r == i) && (c == t.columns || c == j)) cell.value += values[i][j];
    }
  for (std::size_t r = 0; r <= t.rows; ++r) {
    Relation relation{"r" + std::to_string(r), static_cast<std::int32_t>(t.at(r, t.columns)), {}};
    for (std::size_t c = 0; c < t.columns; ++c)
      relation.children.push_back(static_cast<std::int32_t>(t.at(r, c)));
    t.table.relations.push_back(relation);
  }
  for (std::size_t c = 0; c <= t.columns; ++c) {
    Relation relation{"c" + std::to_string(c), static_cast<std::int32_t>(t.at(t.rows, c)), {}};
    for (std::size_t r = 0; r < t.rows; ++r)
      relation.children.push_back(static_cast<std::int32_t>(t.at(r, c)));
    t.table.relations.push_back(relation);
  }
  Policy policy;
  policy.threshold = threshold;
  mark_primary(t.table, policy);
  require_needs(t.table, policy);
  return t;
}

// Largest deviation of a cell in one direction when the cells of `hidden` are hidden.
inline long flow_reach(const TwoWay& t, const std::vector<char>& hidden, std::size_t target, bool up) {
  const std::size_t nodes = t.rows + t.columns + 2;
  std::vector<std::vector<long>> capacity(nodes, std::vector<long>(nodes, 0));
  std::size_t tail = 0, head = 0;
  long own = 0;
  for (std::size_t r = 0; r <= t.rows; ++r)
    for (std::size_t c = 0; c <= t.columns; ++c) {
      const std::size_t i = t.at(r, c);
      if (!hidden[i]) continue;
      const Cell& cell = t.table.cells[i];
      const long above = static_cast<long>(cell.upper - cell.value), below = static_cast<long>(cell.value - cell.lower);
      std::size_t from = r, to = t.rows + 1 + c;  // a margin runs against the cells it sums
      if ((r == t.rows) != (c == t.columns)) std::swap(from, to);
      if (i == target) {
        tail = up ? from : to;
        head = up ? to : from;
        own = up ? above : below;
        continue;
      }
      capacity[from][to] += above;
      capacity[to][from] += below;
    }
  long flow = 0;
  while (flow < own) {
    std::vector<std::size_t> before(nodes, nodes);
    std::queue<std::size_t> open({head});
    before[head] = head;
    while (!open.empty() && before[tail] == nodes) {
      const std::size_t at = open.front();
      open.pop();
      for (std::size_t next = 0; next < nodes; ++next)
        if (before[next] == nodes && capacity[at][next] > 0) {
          before[next] = at;
          open.push(next);
        }
    }
    if (before[tail] == nodes) break;
    long step = own - flow;
    for (std::size_t at = tail; at != head; at = before[at])
      step = std::min(step, capacity[before[at]][at]);
    for (std::size_t at = tail; at != head; at = before[at]) {
      capacity[before[at]][at] -= step;
      capacity[at][before[at]] += step;
    }
    flow += step;
  }
  return flow;
}

inline bool flow_safe(const TwoWay& t, const std::vector<char>& hidden) {
  for (std::size_t i = 0; i < t.table.cells.size(); ++i)
    if (t.table.cells[i].primary && (!hidden[i] || flow_reach(t, hidden, i, true) + flow_reach(t, hidden, i, false) <
                                                       static_cast<long>(t.table.cells[i].need_slide)))
      return false;
  return true;
}

// The same against everybody who is alone in a cell and knows it.
inline bool flow_safe_from_insiders(const TwoWay& t, const std::vector<char>& hidden) {
  if (!flow_safe(t, hidden)) return false;
  for (std::size_t insider = 0; insider < t.table.cells.size(); ++insider) {
    if (t.table.cells[insider].value != 1) continue;
    std::vector<char> rest = hidden;
    rest[insider] = 0;
    for (std::size_t i = 0; i < t.table.cells.size(); ++i)
      if (i != insider && t.table.cells[i].primary &&
          flow_reach(t, rest, i, true) + flow_reach(t, rest, i, false) < static_cast<long>(t.table.cells[i].need_slide))
        return false;
  }
  return true;
}

inline std::vector<char> hidden_cells(const Pattern& pattern) {
  std::vector<char> hidden(pattern.size());
  for (std::size_t i = 0; i < pattern.size(); ++i)
    hidden[i] = pattern[i] != Status::kPublished;
  return hidden;
}

// The fewest secondary cells of any safe pattern, by trying all; -1: there is none.
inline int fewest(const TwoWay& t, bool (*safe)(const TwoWay&, const std::vector<char>&)) {
  std::vector<std::size_t> free;
  std::vector<char> hidden(t.table.cells.size(), 0);
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    hidden[i] = t.table.cells[i].primary;
    if (!hidden[i]) free.push_back(i);
  }
  for (int size = 0; size <= static_cast<int>(free.size()); ++size)
    for (std::uint32_t subset = 0; subset < 1U << free.size(); ++subset) {
      if (std::popcount(subset) != size) continue;
      for (std::size_t k = 0; k < free.size(); ++k)
        hidden[free[k]] = (subset >> k & 1) != 0;
      if (safe(t, hidden)) return size;
    }
  return -1;
}

}  // namespace sekisho::disclosure
