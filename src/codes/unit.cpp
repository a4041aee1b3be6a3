#include "codes/unit.h"

#include <cmath>

#include "core/text.h"
#include "identity/fold.h"

namespace sekisho::codes {
namespace {

std::string canonical(std::string_view text) {
  std::string out;
  for (const char32_t c : identity::nfkc(text)) {
    if (c == U' ' || c == U'　' || c == U'.' || c == U'·' || c == U'・' || c == U'×' || c == U'{' || c == U'}' ||
        c == U'[' || c == U']' || c == U'(' || c == U')')
      continue;
    if (c == U'μ' || c == U'µ')
      out += 'u';
    else if (c == U'^' || c == U'＾' || c == U'﹡' || c == U'＊')
      out += '*';
    else if (c >= U'A' && c <= U'Z')
      out += static_cast<char>(c + 32);
    else
      append_utf8(out, c);
  }
  if (out.starts_with("x10")) out.erase(0, 1);
  return out;
}

struct Piece {
  std::string_view text;
  double factor;
};
constexpr Piece kMass[] = {{"kg", 1e3},  {"mg", 1e-3},  {"ug", 1e-6}, {"mcg", 1e-6},
                           {"ng", 1e-9}, {"pg", 1e-12}, {"g", 1}};
constexpr Piece kVolume[] = {{"dl", 0.1},   {"ml", 1e-3}, {"ul", 1e-6},   {"mm3", 1e-6}, {"mm*3", 1e-6}, {"cmm", 1e-6},
                             {"fl", 1e-15}, {"l", 1},     {"100ml", 0.1}, {"cc", 1e-3},  {"100cc", 0.1}};
constexpr Piece kMole[] = {{"mmol", 1e-3}, {"umol", 1e-6}, {"nmol", 1e-9}, {"pmol", 1e-12}, {"meq", 1e-3}, {"mol", 1}};
constexpr Piece kActivity[] = {{"miu", 1e-3}, {"uiu", 1e-6}, {"mu", 1e-3}, {"uu", 1e-6},
                               {"ku", 1e3},   {"iu", 1},     {"u", 1},     {"単位", 1}};

template <std::size_t N>
bool whole(const Piece (&pieces)[N], std::string_view text, double& factor) {
  for (const Piece& piece : pieces)
    if (piece.text == text) {
      factor = piece.factor;
      return true;
    }
  return false;
}

// 10*3, 10e3, 千, 万, 百万, k: how many are counted.
bool count_factor(std::string_view text, double& factor) {
  constexpr Piece kWords[] = {{"", 1},    {"個", 1},  {"千", 1e3},  {"万", 1e4},   {"百", 1e2},   {"百万", 1e6},
                              {"k", 1e3}, {"m", 1e6}, {"cells", 1}, {"1000", 1e3}, {"10000", 1e4}};
  if (whole(kWords, text, factor)) return true;
  if (!text.starts_with("10")) return false;
  std::string_view rest = text.substr(2);
  if (!rest.empty() && (rest[0] == '*' || rest[0] == 'e')) rest.remove_prefix(1);
  if (rest.size() > 1 && (rest.ends_with("個"))) rest.remove_suffix(std::string_view("個").size());
  if (rest.empty() || rest.size() > 2) return false;
  int power = 0;
  for (const char c : rest) {
    if (c < '0' || c > '9') return false;
    power = power * 10 + (c - '0');
  }
  factor = std::pow(10, power);
  return true;
}

}  // namespace

LabUnit parse_lab_unit(std::string_view text) {
  const std::string unit = canonical(text);
  LabUnit out;
  out.dimension = unit;
  if (unit.empty()) return out;
  out.known = true;
  if (unit == "%" || unit == "パーセント") return {"%", 1, true};
  if (unit == "‰" || unit == "permil") return {"%", 0.1, true};
  if (unit == "sec" || unit == "秒" || unit == "s") return {"second", 1, true};
  if (unit == "fl" || unit == "um3" || unit == "u3" || unit == "um*3" || unit == "nm*3") return {"fl", 1, true};
  if (unit == "-" || unit == "." || unit == "比" || unit == "ratio" || unit == "inr") return {"ratio", 1, true};
  if (unit == "pg") return {"pg", 1, true};
  if (unit.starts_with("ml/min") || unit.starts_with("ml/分")) return {"filtration", 1, true};
  const std::size_t slash = unit.find('/');
  if (slash != std::string::npos) {
    const std::string_view top = std::string_view(unit).substr(0, slash),
                           bottom = std::string_view(unit).substr(slash + 1);
    double a = 1, b = 1;
    if (whole(kVolume, bottom, b)) {
      if (whole(kMass, top, a)) return {"mass/volume", a / b, true};
      if (whole(kMole, top, a)) return {"mole/volume", a / b, true};
      if (whole(kActivity, top, a)) return {"activity/volume", a / b, true};
      if (count_factor(top, a)) return {"count/volume", a / b, true};
    }
    if (bottom == "gcr" || bottom == "gcre" || bottom == "g" || bottom == "gcrea" || bottom == "g補正") {
      if (whole(kMass, top, a)) return {"mass/mass", a, true};
    }
    if (bottom == "kg" && whole(kMass, top, a)) return {"mass/mass", a / 1e3, true};
  }
  double a = 1;
  if (whole(kActivity, unit, a)) return {"activity/volume", a, true};
  if (count_factor(unit, a) && a > 1) return {"count/volume", a * 1e6, true};
  out.known = false;
  return out;
}

double unit_factor(std::string_view from, std::string_view to) {
  const LabUnit a = parse_lab_unit(from), b = parse_lab_unit(to);
  if (a.dimension.empty() || b.dimension.empty() || a.dimension != b.dimension) return 0;
  return a.factor / b.factor;
}

}  // namespace sekisho::codes
