// Thresholds of a run: which share of rows may break a measure, limits of results, tests and their results. A TOML file
// (specs/quality/default.toml is built in and describes the form).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sekisho::quality {

struct Limit {
  double allowed = 0;  // per cent
  std::int64_t minimum = 1;
  char level = 'W';
  bool off = false;
};

struct Range {
  std::string analyte, unit;
  double low = 0, high = 0;
};

struct Test {
  std::string code, analyte, local;  // analyte or local may be empty
};

class Thresholds {
 public:
  // Errors: toml.*, quality.measure (unknown id), quality.threshold (value out of range).
  static Result<Thresholds> parse(std::string_view text, const std::string& file);
  static Result<Thresholds> load(const std::filesystem::path& file);
  static Result<Thresholds> built_in();

  Limit of_measure(std::string_view id) const;
  Limit of_rule(std::string_view rule, char level) const;
  const std::vector<Range>& ranges() const { return ranges_; }
  const std::vector<Test>& tests() const { return tests_; }

 private:
  struct Change {
    double allowed = -1;
    std::int64_t minimum = 1;
    char level = 0;
    bool off = false;
  };
  Limit changed(Limit limit, std::string_view id) const;
  std::map<std::string, Change, std::less<>> changes_;
  std::map<char, double> rules_ = {{'E', 0}, {'W', 5}, {'I', 100}};
  std::vector<Range> ranges_;
  std::vector<Test> tests_;
};

}  // namespace sekisho::quality
