// Whole histories: sets of codes, dates, extremes, texts, specific descriptions, households.
#include "anonymize/history.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "anonymize/history_dates.h"
#include "core/csv.h"
#include "core/random.h"
#include "fixtures.h"

namespace sekisho::anonymize {
namespace {

const std::string kPolicy = R"(
person = "pid"
[sets]
k = 3
m = 2
[dates]
shift = 180
[[history]]
name = "dx"
date = "date"
code = "icd"
most_rows = 8
[[history.column]]
name = "icd"
kind = "item"
rule = { kind = "icd10" }
[[history.column]]
name = "hospital"
kind = "hospital"
[[history.column]]
name = "weight"
kind = "number"
bottom = 300
top = 4000
[[history.column]]
name = "note"
kind = "text"
[[history.column]]
name = "family"
kind = "household"
[[specific]]
column = "icd"
codes = ["Q87*", "E75.2"]
reason = "rare diseases of the list"
)";

struct HistoryTest : PolicyTest {
  HistoryPolicy parsed(const std::string& text) {
    auto out = HistoryPolicy::parse(text, folder.path() / "p.toml");
    EXPECT_TRUE(out) << out.error().describe();
    return out ? *out : HistoryPolicy();
  }
  static FinishedHistories finished(const Table& t, const HistoryPolicy& p, std::string_view key = "key of a test!!!") {
    auto out = finish_histories({t}, p, as_bytes(key), 2);
    EXPECT_TRUE(out) << out.error().describe();
    return out ? std::move(*out) : FinishedHistories();
  }
  // Rows as the file holds them.
  CsvTable written(const FinishedHistory& history) {
    std::filesystem::create_directories(folder.path() / "out");
    const auto file = folder.path() / "out" / (history.name + ".csv");
    EXPECT_TRUE(write_history(history, ',', file));
    return *read_csv_file(file);
  }
  static std::vector<std::string> lines(std::uint64_t seed, std::size_t persons) {
    SeededRandom random(seed);
    const char* codes[] = {"E11.9", "E11.65", "E11", "I10", "I10", "I10", "J00", "J06.9", "K21.0", "Q87.1", "C50.9"};
    std::vector<std::string> out;
    for (std::size_t p = 0; p < persons; ++p)
      for (std::size_t i = 1 + random.below(p % 17 == 0 ? 30 : 6); i > 0; --i)
        out.push_back(fmt::format("p{},{},{},h{},{},text {},f{}\n", p,
                                  Date{19'000 + static_cast<std::int32_t>(random.below(700))}.iso(),
                                  codes[random.below(11) * random.below(11) / 11], random.below(3) * random.below(3),
                                  random.below(5000), i, p / 2));
    return out;
  }
  static Table dx(const std::vector<std::string>& rows) {
    std::string text = "pid,date,icd,hospital,weight,note,family\n";
    for (const std::string& row : rows)
      text += row;
    return table(text);
  }
};

TEST_F(HistoryTest, TheAuditFindsNothingInWhatWasFinishedAndSomethingInWhatWasNot) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const Table t = dx(lines(seed, 80));
    const HistoryPolicy p = parsed(kPolicy);
    const FinishedHistories all = finished(t, p);
    const CsvTable rows = written(all.histories[0]);
    EXPECT_EQ(rows.header, (std::vector<std::string>{"pid", "date", "icd", "hospital", "weight"}));
    const auto judged = audit_histories(folder.path() / "out", p);
    ASSERT_TRUE(judged) << judged.error().describe();
    EXPECT_TRUE(judged->ok) << judged->to_json().dump();
    EXPECT_GE(judged->rarest, 3u);
    // Counted once more by hand: who holds each pair of shown values.
    std::map<std::string, std::set<std::string>> sets;
    for (const auto& row : rows.rows) {
      if (!row[2].empty()) sets[row[0]].insert("c" + row[2]);
      if (!row[3].empty()) sets[row[0]].insert("h" + row[3]);
      EXPECT_FALSE(row[2].starts_with("Q87"));
      EXPECT_TRUE(row[4].empty() || (std::stod(row[4]) >= 300 && std::stod(row[4]) <= 4000));
    }
    std::map<std::pair<std::string, std::string>, int> pairs;
    for (const auto& [who, set] : sets)
      for (const std::string& a : set)
        for (const std::string& b : set)
          ++pairs[{a, b}];
    for (const auto& [pair, held] : pairs)
      EXPECT_GE(held, 3) << pair.first << pair.second;
    // One more row of a person alone with its code.
    std::string text = read_text(folder.path() / "out" / "dx.csv").value();
    write("out/dx.csv", text + "9999,2020-01-01,Z99.9,,\n");
    const auto refused = audit_histories(folder.path() / "out", p);
    ASSERT_TRUE(refused);
    EXPECT_FALSE(refused->ok);
    write("out/dx.csv", text + "1,2020-01-01,Q87.1,,9000\n");
    const auto specific = audit_histories(folder.path() / "out", p);
    ASSERT_TRUE(specific);
    EXPECT_GE(specific->problems.size(), 2u);
  }
}

TEST_F(HistoryTest, OrderAndGapsOfAPersonsDatesStayAndMembersOfAHouseholdAreShiftedDifferently) {
  std::vector<std::string> rows;
  for (int p = 0; p < 40; ++p)  // both members of a family on the same three days
    for (const char* day : {"2023-01-05", "2023-02-09", "2023-12-31"})
      rows.push_back(fmt::format("p{},{},I10,h1,500,,f{}\n", p, day, p / 2));
  const FinishedHistories all = finished(dx(rows), parsed(kPolicy));
  std::map<std::string, std::vector<Date>> dates;
  for (const auto& row : written(all.histories[0]).rows)
    dates[row[0]].push_back(*Date::parse_iso(row[1]));
  ASSERT_EQ(dates.size(), 40u);
  std::set<std::int32_t> shifts;
  for (const auto& [who, days] : dates) {
    ASSERT_EQ(days.size(), 3u);
    EXPECT_EQ(days[1].days - days[0].days, 35);
    EXPECT_EQ(days[2].days - days[1].days, 325);
    const std::int32_t shift = days[0].days - Date::parse_iso("2023-01-05")->days;
    EXPECT_LE(std::abs(shift), 180);
    shifts.insert(shift);
  }
  EXPECT_GT(shifts.size(), 25u);
  EXPECT_EQ(all.households, 0u);
}

// No shift changes the days between two dates: who went with somebody would still be found by them.
TEST_F(HistoryTest, WhereAHouseholdsDaysBetweenDatesAreRareOneMemberAloneShowsDates) {
  std::vector<std::string> rows;
  for (int p = 0; p < 40; ++p)  // both members of a family on the same days, each family on others
    for (const int day : {1, 5 + p / 2, 40 + 3 * (p / 2)})
      rows.push_back(fmt::format("p{},{},I10,h1,500,,f{}\n", p, Date{19700 + day}.iso(), p / 2));
  const FinishedHistories all = finished(dx(rows), parsed(kPolicy));
  std::map<std::string, std::set<std::string>> dates;
  for (const auto& row : written(all.histories[0]).rows)
    dates[row[0]].insert(row[1]);
  std::map<std::vector<std::int32_t>, int> between;
  int silent = 0;
  for (const auto& [who, days] : dates) {
    if (days == std::set<std::string>{""}) {
      ++silent;
      continue;
    }
    ASSERT_EQ(days.size(), 3u);
    std::vector<std::int32_t> look;
    for (const std::string& day : days)
      look.push_back(Date::parse_iso(day)->days - Date::parse_iso(*days.begin())->days);
    ++between[look];
  }
  EXPECT_EQ(silent, 20);
  EXPECT_EQ(between.size(), 20u) << "each family's days between are shown by one member";
  EXPECT_EQ(all.households_before, 20u);
  EXPECT_EQ(all.households, 0u);
  for (const auto& [name, changes] : all.histories[0].changes)
    if (name == "date") {
      EXPECT_EQ(changes.rare, 60u);
      EXPECT_EQ(changes.shifted, 60u);
    }
}

TEST_F(HistoryTest, TheKeyAloneDecidesAndTheOrderOfRowsDoesNot) {
  std::vector<std::string> rows = lines(3, 60);
  const HistoryPolicy p = parsed(kPolicy);
  const auto text = [&](const FinishedHistories& all) {
    written(all.histories[0]);
    return read_text(folder.path() / "out" / "dx.csv").value();
  };
  const std::string once = text(finished(dx(rows), p));
  std::ranges::reverse(rows);
  EXPECT_EQ(text(finished(dx(rows), p)), once);
  EXPECT_NE(text(finished(dx(rows), p, "another key of it")), once);
}

TEST_F(HistoryTest, EveryValueIsCountedOnceByWhatBecameOfIt) {
  const FinishedHistories all = finished(dx(lines(7, 90)), parsed(kPolicy));
  for (const auto& [name, c] : all.histories[0].changes) {
    EXPECT_EQ(c.kept + c.generalized + c.truncated + c.shifted + c.rare + c.specific + c.extreme + c.text +
                  c.unreadable + c.with_row,
              c.values)
        << name << c.to_json().dump();
    if (name == "note" || name == "family") {
      EXPECT_EQ(c.text, c.values);
    }
    if (name == "weight") {
      EXPECT_GT(c.truncated, 0u);
    }
    if (name == "icd") {
      EXPECT_GT(c.specific, 0u);
      EXPECT_GT(c.extreme, 0u);
    }
  }
  EXPECT_GT(all.specific[0].second, 0u);
}

TEST_F(HistoryTest, CoarseDatesAreItemsToo) {
  std::string text = kPolicy;
  text.replace(text.find("shift = 180"), 11, "unit = \"month\"");
  const HistoryPolicy p = parsed(text);
  const FinishedHistories all = finished(dx(lines(9, 120)), p);
  for (const auto& row : written(all.histories[0]).rows)
    EXPECT_TRUE(row[1].empty() || row[1].size() == 7 || row[1].size() == 4) << row[1];
  const auto judged = audit_histories(folder.path() / "out", p);
  ASSERT_TRUE(judged) << judged.error().describe();
  EXPECT_TRUE(judged->ok) << judged->to_json().dump();
}

TEST_F(HistoryTest, ItemsOfOneRowStandTogetherInRowsOfEnoughPersonsWhereThePolicyAsksForIt) {
  std::size_t without = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    for (const bool rows : {false, true}) {
      std::string text = kPolicy;
      if (rows) text.replace(text.find("m = 2"), 5, "m = 2\nrows = true");
      const HistoryPolicy p = parsed(text);
      const FinishedHistories all = finished(dx(lines(seed, 300)), p);
      const CsvTable table = written(all.histories[0]);
      ASSERT_GT(table.rows.size(), 100u);
      std::map<std::pair<std::string, std::string>, std::set<std::string>> persons;
      const auto at = [&](std::string_view name) { return static_cast<std::size_t>(table.column(std::string(name))); };
      for (const auto& row : table.rows)
        if (!row[at("icd")].empty() && !row[at("hospital")].empty())
          persons[{row[at("icd")], row[at("hospital")]}].insert(row[0]);
      ASSERT_GT(persons.size(), 3u);
      for (const auto& [pair, who] : persons) {
        EXPECT_TRUE(!rows || who.size() >= 3) << pair.first << " " << pair.second;
        without += !rows && who.size() < 3;
      }
      EXPECT_TRUE(audit_histories(folder.path() / "out", p)->ok);
      if (rows) continue;
      std::string strict = kPolicy;
      strict.replace(strict.find("m = 2"), 5, "m = 2\nrows = true");
      const bool has_rare = std::ranges::any_of(persons, [](const auto& one) { return one.second.size() < 3; });
      EXPECT_EQ(audit_histories(folder.path() / "out", parsed(strict))->ok, !has_rare);
    }
  EXPECT_GT(without, 0u) << "sets alone do not promise it";
}

// The policy asks for another k and m than the decision was taken under: nothing of it is looked at again.
TEST_F(HistoryTest, WhatWasDecidedIsRepeatedWithoutASearchWhateverTheEngineWouldDecideNow) {
  for (const std::string& dates : {std::string("shift = 180"), std::string("unit = \"month\"")})
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      std::string text = kPolicy;
      text.replace(text.find("shift = 180"), 11, dates);
      const Table t = dx(lines(seed, 60 + 40 * seed));
      const HistoryPolicy policy = parsed(text);
      HistoryDecision decided;
      const auto made = finish_histories({t}, policy, as_bytes("key of a test!!!"), 2, &decided);
      ASSERT_TRUE(made);
      const auto read = HistoryDecision::from_csv(decided.to_csv());
      ASSERT_TRUE(read);
      EXPECT_EQ(read->shown, decided.shown);
      EXPECT_EQ(read->gone, decided.gone);
      HistoryPolicy other = policy;
      other.k = 50;
      other.m = 1;
      const auto again = replay_histories({t}, other, as_bytes("key of a test!!!"), *read, 1);
      ASSERT_TRUE(again) << again.error().describe();
      EXPECT_EQ(written(again->histories[0]).rows, written(made->histories[0]).rows) << dates << seed;
      EXPECT_EQ(again->to_json()["histories"], made->to_json()["histories"]);
      EXPECT_EQ(again->items, made->items);
      EXPECT_EQ(again->rounds, made->rounds);
    }
}

TEST(HistoryDecisionTest, MalformedDecisionsAreRefused) {
  for (const char* text : {"", "kind\n", "kind,person,history,column,item,shown\nitem,,x,icd,I10,I10\n",
                           "kind,person,history,column,item,shown\nmore,,0,icd,I10,I10\n",
                           "kind,person,history,column,item,shown\nrounds,,,,,99999999999\n"})
    EXPECT_EQ(HistoryDecision::from_csv(text).error().code, "anonymize.decision") << text;
}

TEST(HistoryDatesTest, DatesAreReadAsFilesHoldThem) {
  struct Case {
    const char *text, *written;
  };
  for (const Case& one : {Case{"2024-04-01", "2024-04-01"},
                          {"20240401", "2024-04-01"},
                          {"2024/04/01", "2024-04-01"},
                          {"2024-04-01T10:15:00", "2024-04-01"},
                          {"20240401101500", "2024-04-01"},
                          {"2024-04", "2024-04"},
                          {"202404", "2024-04"},
                          {"2024", "2024"}})
    EXPECT_EQ(detail::date_text(detail::read_date(one.text)), one.written) << one.text;
  for (const char* none :
       {"", "2024-13-01", "2024-02-30", "00000000", "令和6年", "2024-04-01 Mr X", "20240", "99999999"})
    EXPECT_EQ(detail::read_date(none).precision, Precision::kNone) << none;
  // ISO 8601 weeks, as published in its examples.
  EXPECT_EQ(coarse_date(*Date::parse_iso("2008-12-29"), "week"), "2009-W01");
  EXPECT_EQ(coarse_date(*Date::parse_iso("2010-01-03"), "week"), "2009-W53");
  EXPECT_EQ(coarse_date(*Date::parse_iso("1969-12-31"), "week"), "1970-W01");
  EXPECT_EQ(coarse_date(*Date::parse_iso("2024-11-30"), "quarter"), "2024-Q4");
}

TEST(HistoryDatesTest, GapsAreRoundedUpAndDaysStayApart) {
  const std::vector<std::int32_t> days{100, 101, 108, 123};
  EXPECT_EQ(detail::moved_days(days, -10, 7), (std::vector<std::int32_t>{90, 97, 104, 125}));
  EXPECT_EQ(detail::moved_days(days, 5, 1), (std::vector<std::int32_t>{105, 106, 113, 128}));
}

TEST_F(HistoryTest, PoliciesThatSayTooLittleAreRefusedWithTheLine) {
  const auto code = [&](const std::string& from, const std::string& to) {
    std::string text = kPolicy;
    text.replace(text.find(from), from.size(), to);
    const auto out = HistoryPolicy::parse(text, folder.path() / "p.toml");
    return out ? std::string() : out.error().code;
  };
  EXPECT_EQ(code("[dates]\nshift = 180\n", ""), "policy.dates");
  EXPECT_EQ(code("shift = 180", "shift = 180\nunit = \"month\""), "policy.dates");
  EXPECT_EQ(code("m = 2", "m = 4"), "policy.number");
  EXPECT_EQ(code("code = \"icd\"", "code = \"note\""), "policy.column");
  EXPECT_EQ(code("kind = \"text\"", "kind = \"free\""), "policy.word");
  EXPECT_EQ(code("name = \"dx\"", "name = \"../dx\""), "policy.name");
  EXPECT_EQ(code("codes = [\"Q87*\", \"E75.2\"]\n", ""), "policy.specific");
  EXPECT_EQ(code("reason = \"rare diseases of the list\"", ""), "toml.missing");
  const HistoryPolicy p = parsed(kPolicy);
  const auto error = [&](const std::string& rows) {
    const auto out = finish_histories({table(rows)}, p, as_bytes("0123456789abcdef"), 1);
    return out ? std::string() : out.error().code;
  };
  EXPECT_EQ(error("pid,date,icd\np,2020-01-01,I10\n"), "policy.columns");
  EXPECT_EQ(error("pid,date,icd,hospital,weight,note,family,name\n"), "policy.columns");
  EXPECT_EQ(error("pid,date,icd,hospital,weight,note,family\n,2020-01-01,I10,h,1,n,f\n"), "policy.person");
  EXPECT_EQ(error("pid,date,icd,hospital,weight,note,family\n"), "");
}

}  // namespace
}  // namespace sekisho::anonymize
