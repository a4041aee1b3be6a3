// modules: masters
// Looking up codes by day in a master file on one thread: every drug, procedure, disease and price code in a random
// order, each asked for a random day of ten years. One line of JSON; seconds are processor time.
//   bench_masters MASTERFILE [ROUNDS]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "core/random.h"
#include "masters/master_file.h"

using namespace sekisho;
using namespace sekisho::masters;

int main(int argc, char** argv) {
  const auto file = MasterFile::open(argc > 1 ? argv[1] : "masters.skm");
  if (!file) {
    fmt::print(stderr, "{}\n", file.error().describe());
    return 3;
  }
  struct Question {
    char code[16];  // as compact as codes arrive from a reader
    Kind kind;
    std::uint8_t size;
    Date on;
    std::string_view text() const { return {code, size}; }
  };
  std::vector<Question> questions;
  SeededRandom random(1);
  for (const Kind kind : {Kind::kDrug, Kind::kProcedure, Kind::kDisease, Kind::kPrice})
    for (const CodeRecord& record : file->codes(kind)) {
      const std::string_view code = file->view(record).code();
      Question question{.code = {},
                        .kind = kind,
                        .size = static_cast<std::uint8_t>(std::min<std::size_t>(code.size(), 16)),
                        .on = Date{16'436 + static_cast<std::int32_t>(random.below(3'652))}};
      code.copy(question.code, question.size);
      questions.push_back(question);
    }
  for (std::size_t i = questions.size(); i > 1; --i)
    std::swap(questions[i - 1], questions[random.below(i)]);
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 100;
  std::size_t valid = 0;
  const std::clock_t start = std::clock();
  for (int round = 0; round < rounds; ++round)
    for (const Question& question : questions) {
      const auto found = file->find(question.kind, question.text(), question.on);
      valid += found && found->status == Status::kValid ? 1 : 0;
    }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const double lookups = static_cast<double>(questions.size()) * rounds;
  fmt::print("{{\"codes\":{},\"lookups\":{:.0f},\"valid\":{},\"seconds\":{:.2f},\"lookups_per_second\":{:.0f}}}\n",
             questions.size(), lookups, valid, seconds, lookups / seconds);
  return 0;
}
