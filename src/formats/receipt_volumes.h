// Receipts whose volumes lie in several files: only the last volume says how many claims and points all have together.
// What each file's volumes hold is gathered and added up once all files are read. (reference: receipt section 1)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace sekisho::formats::receipt {

// One volume of several, as one header and its totals record enclose it.
struct Volume {
  std::string payer_body, institution, month;          // what the volumes of one receipt have in common
  int number = 0;                                      // of the header
  bool last = false;                                   // its totals speak of all volumes
  double claims = 0, points = 0;                       // in this volume
  std::optional<double> stated_claims, stated_points;  // of the last one
  std::int64_t line = -1;                              // of its totals record
};

struct VolumeFinding {
  std::string file, rule, place;
};

class Volumes {
 public:
  void add(const std::string& file, Volume volume);
  // W: VOLUME_MISSING, VOLUME_TWICE, TOTAL_CLAIMS, TOTAL_POINTS. Totals are compared where all volumes are there, and
  // lie in more than one file: within a file its reader has compared them.
  std::vector<VolumeFinding> check() const;

 private:
  struct Held {
    std::string file;
    Volume volume;
  };
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<Held>> receipts_;
};

}  // namespace sekisho::formats::receipt
