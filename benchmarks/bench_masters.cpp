// modules: masters
// libraries: sqlite3
// Looking up codes by day in a master file on one thread: every drug, procedure, disease and price code in a random
// order, each asked for a random day of ten years. Beside it, in turn in the same run and over the same codes and
// versions: a std::unordered_map from kind and code to its versions, and an indexed table of SQLite in memory. All must
// count the same answers. One line of JSON: medians of several runs, seconds are processor time.
//   taskset -c 0 bench_masters MASTERFILE [RUNS] [ROUNDS]
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <unordered_map>

#include "core/random.h"
#include "masters/master_file.h"

using namespace sekisho;
using namespace sekisho::masters;

namespace {

struct Period {
  std::int32_t from, to;
  std::string_view name;
};

// The rival that comes to mind first: the key is kind and code, the value its versions by day.
class HashMap {
 public:
  HashMap(const MasterFile& file, std::span<const Kind> kinds) {
    for (const Kind kind : kinds)
      for (const CodeRecord& record : file.codes(kind)) {
        const CodeView view = file.view(record);
        auto& periods = map_[key(kind, view.code())];
        for (const VersionRecord& version : view.versions())
          if ((version.flags & kSuperseded) == 0)
            periods.push_back({version.from, version.to, file.text(version.name)});
      }
  }
  const Period* find(Kind kind, std::string_view code, std::int32_t day) const {
    const auto found = map_.find(key(kind, code));
    if (found == map_.end()) return nullptr;
    for (const Period& period : found->second)
      if (period.from <= day && day <= period.to) return &period;
    return nullptr;
  }

 private:
  static std::string key(Kind kind, std::string_view code) {
    return static_cast<char>('a' + static_cast<int>(kind)) + std::string(code);
  }
  std::unordered_map<std::string, std::vector<Period>> map_;
};

class Sqlite {
 public:
  Sqlite(const MasterFile& file, std::span<const Kind> kinds) {
    sqlite3_open(":memory:", &db_);
    run("create table v (kind integer, code text, day_from integer, day_to integer, name text)");
    run("begin");
    prepare("insert into v values (?, ?, ?, ?, ?)");
    for (const Kind kind : kinds)
      for (const CodeRecord& record : file.codes(kind)) {
        const CodeView view = file.view(record);
        for (const VersionRecord& version : view.versions()) {
          if ((version.flags & kSuperseded) != 0) continue;
          const std::string_view text = file.text(version.name);
          bind(kind, view.code(), version.from);
          sqlite3_bind_int(statement_, 4, version.to);
          sqlite3_bind_text(statement_, 5, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
          sqlite3_step(statement_);
          sqlite3_reset(statement_);
        }
      }
    run("commit");
    run("create index i on v (kind, code, day_from, day_to, name)");
    prepare("select name from v where kind = ? and code = ? and day_from <= ? and day_to >= ?3 limit 1");
  }
  Sqlite(const Sqlite&) = delete;
  ~Sqlite() {
    sqlite3_finalize(statement_);
    sqlite3_close(db_);
  }
  bool find(Kind kind, std::string_view code, std::int32_t day) {
    bind(kind, code, day);
    const bool found = sqlite3_step(statement_) == SQLITE_ROW && sqlite3_column_text(statement_, 0) != nullptr;
    sqlite3_reset(statement_);
    return found;
  }

 private:
  void run(const char* sql) { sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); }
  void prepare(const char* sql) {
    sqlite3_finalize(statement_);
    sqlite3_prepare_v2(db_, sql, -1, &statement_, nullptr);
  }
  void bind(Kind kind, std::string_view code, std::int32_t day) {
    sqlite3_bind_int(statement_, 1, static_cast<int>(kind));
    sqlite3_bind_text(statement_, 2, code.data(), static_cast<int>(code.size()), SQLITE_STATIC);
    sqlite3_bind_int(statement_, 3, day);
  }
  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

struct Contender {
  const char* name;
  std::function<std::size_t()> run;  // asks every question once; how many have a version in force on their day
  int rounds;
  std::vector<double> rates = {};
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const auto file = MasterFile::open(argc > 1 ? argv[1] : "masters.skm");
  if (!file) {
    fmt::print(stderr, "{}\n", file.error().describe());
    return 3;
  }
  static constexpr Kind kAsked[] = {Kind::kDrug, Kind::kProcedure, Kind::kDisease, Kind::kPrice};
  // Codes lie together in one text, as a reader of a file has them.
  std::string texts;
  std::vector<Question> questions;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  SeededRandom random(1);
  for (const Kind kind : kAsked)
    for (const CodeRecord& record : file->codes(kind)) {
      questions.push_back(
          {kind, file->view(record).code(), Date{16'436 + static_cast<std::int32_t>(random.below(3'652))}});
    }
  for (std::size_t i = questions.size(); i > 1; --i)
    std::swap(questions[i - 1], questions[random.below(i)]);
  for (const Question& question : questions) {
    places.emplace_back(texts.size(), question.code.size());
    texts += question.code;
  }
  for (std::size_t i = 0; i < questions.size(); ++i)
    questions[i].code = std::string_view(texts).substr(places[i].first, places[i].second);
  const HashMap map(*file, kAsked);
  Sqlite sqlite(*file, kAsked);
  std::vector<std::optional<Found>> found(questions.size());
  const auto in_force = [](const Found& one, std::int32_t day) {
    // Without a branch on it: every other answer is no.
    return one.version != nullptr &&
           (static_cast<int>(one.version->from <= day) & static_cast<int>(day <= one.version->to)) != 0;
  };
  const int runs = argc > 2 ? std::atoi(argv[2]) : 7, rounds = argc > 3 ? std::atoi(argv[3]) : 10;
  std::vector<Contender> contenders{
      {"single",
       [&] {
         std::size_t count = 0;
         for (const Question& question : questions) {
           const auto one = file->find(question.kind, question.code, question.on);
           count += one && in_force(*one, question.on.days) ? 1 : 0;
         }
         return count;
       },
       rounds},
      {"batch",
       [&] {
         std::size_t count = 0;
         file->find(questions, found);
         for (std::size_t i = 0; i < questions.size(); ++i)
           count += found[i] && in_force(*found[i], questions[i].on.days) ? 1 : 0;
         return count;
       },
       rounds},
      {"unordered_map",
       [&] {
         std::size_t count = 0;
         for (const Question& question : questions)
           count += map.find(question.kind, question.code, question.on.days) != nullptr ? 1 : 0;
         return count;
       },
       rounds},
      {"sqlite",
       [&] {
         std::size_t count = 0;
         for (const Question& question : questions)
           count += sqlite.find(question.kind, question.code, question.on.days) ? 1 : 0;
         return count;
       },
       1}};
  std::size_t agreed = contenders.front().run();
  for (int run = 0; run < runs; ++run)
    for (Contender& one : contenders) {
      const std::clock_t start = std::clock();
      for (int round = 0; round < one.rounds; ++round)
        if (one.run() != agreed) {
          fmt::print(stderr, "{} gives other answers\n", one.name);
          return 1;
        }
      const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
      one.rates.push_back(static_cast<double>(questions.size()) * one.rounds / std::max(seconds, 1e-9));
    }
  const double ours = median(contenders[0].rates);
  std::string out = fmt::format("{{\"codes\":{},\"in_force\":{},\"runs\":{}", questions.size(), agreed, runs);
  for (const Contender& one : contenders)
    out += fmt::format(",\"{0}_per_second\":{1:.0f},\"{0}_best\":{2:.0f},\"single_by_{0}\":{3:.2f}", one.name,
                       median(one.rates), std::ranges::max(one.rates), ours / median(one.rates));
  fmt::print("{}}}\n", out);
  return 0;
}
