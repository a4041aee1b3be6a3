#include "release/xpt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

namespace sekisho::release {
namespace {

constexpr std::size_t kRecord = 80;
constexpr std::size_t kLabel5 = 40, kLabel8 = 256;
constexpr std::string_view kSystem = "sekisho ";  // where SAS names the operating system

// What the two versions call their records.
struct Names {
  std::string_view library, member, descriptor, namestr, observations;
};
constexpr Names kVersion5 = {"LIBRARY ", "MEMBER  ", "DSCRPTR ", "NAMESTR ", "OBS     "};
constexpr Names kVersion8 = {"LIBV8   ", "MEMBV8  ", "DSCPTV8 ", "NAMSTV8 ", "OBSV8   "};

void pad_record(std::string& out, char with = ' ') {
  if (out.size() % kRecord != 0) out.append(kRecord - out.size() % kRecord, with);
}

void put(std::string& out, std::string_view text, std::size_t width) {
  const std::size_t held = std::min(text.size(), width);
  out.append(text.substr(0, held));
  out.append(width - held, ' ');
}

void put_header(std::string& out, std::string_view name, std::string_view digits) {
  out += "HEADER RECORD*******";
  put(out, name, 8);
  out += "HEADER RECORD!!!!!!!";
  put(out, digits, 32);
}

void put_integer(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

std::string sas_time(UtcTime time) {
  static constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                               "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  const std::string iso = time.iso();  // 2026-11-21T00:00:00Z
  const std::size_t month = (static_cast<std::size_t>(iso[5] - '0') * 10 + static_cast<std::size_t>(iso[6] - '0')) - 1;
  return iso.substr(8, 2) + std::string(kMonths[month % 12]) + iso.substr(2, 2) + ":" + iso.substr(11, 8);
}

// Cut between UTF-8 characters.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
    --most;
  return text.substr(0, most);
}

bool is_name(std::string_view name, std::size_t most) {
  if (name.empty() || name.size() > most || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::ranges::all_of(name, [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '_'); });
}

struct Shape {
  std::vector<std::size_t> width;
  std::size_t row = 0;
};

Result<Shape> measure(const XptOptions& options, std::span<const XptVariable> variables,
                      std::span<const std::vector<std::string>> rows) {
  const std::size_t most_name = options.version == 5 ? kXptName5 : kXptName8;
  const std::size_t most_text = options.version == 5 ? kXptText5 : kXptText8;
  if (variables.empty() || variables.size() > 9999)
    return fail("xpt.variables", "a transport file has 1 to 9,999 variables");
  if (!is_name(options.dataset, most_name)) return fail("xpt.name", "SAS does not take this name of a dataset");
  Shape out;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (!is_name(variables[i].name, most_name))
      return fail("xpt.name", fmt::format("SAS does not take '{}' as a variable's name", variables[i].name));
    std::size_t width = variables[i].numeric ? 8 : 1;
    if (!variables[i].numeric)
      for (const auto& row : rows)
        width = std::max(width, row[i].size());
    if (width > most_text)
      return fail("xpt.length", fmt::format("a text of '{}' has {} bytes; version {} takes {}", variables[i].name,
                                            width, options.version, most_text));
    out.width.push_back(width);
    out.row += width;
  }
  return out;
}

void put_namestr(std::string& out, const XptVariable& variable, std::size_t number, std::size_t width,
                 std::size_t position, int version) {
  const std::string_view label = cut(variable.label, version == 5 ? kLabel5 : kLabel8);
  put_integer(out, variable.numeric ? 1 : 2, 2);
  put_integer(out, 0, 2);  // hash of the name: always 0
  put_integer(out, width, 2);
  put_integer(out, number, 2);
  put(out, variable.name, 8);
  put(out, cut(label, kLabel5), kLabel5);
  put(out, "", 8);  // format
  for (int i = 0; i < 3; ++i)
    put_integer(out, 0, 2);  // its width, decimals, justification
  put_integer(out, 0, 2);    // unused
  put(out, "", 8);           // informat
  put_integer(out, 0, 2);
  put_integer(out, 0, 2);
  put_integer(out, position, 4);
  if (version == 5) {
    out.append(52, '\0');
  } else {
    put(out, variable.name, kXptName8);
    put_integer(out, label.size(), 2);
    out.append(18, '\0');
  }
}

// Version 8 tells labels of more than 40 bytes after the variables.
void put_long_labels(std::string& out, std::span<const XptVariable> variables) {
  std::string entries;
  std::size_t count = 0;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const std::string_view label = cut(variables[i].label, kLabel8);
    if (label.size() <= kLabel5) continue;
    ++count;
    put_integer(entries, i + 1, 2);
    put_integer(entries, variables[i].name.size(), 2);
    put_integer(entries, label.size(), 2);
    entries += variables[i].name;
    entries += label;
  }
  if (count == 0) return;
  put_header(out, "LABELV8 ", fmt::format("{}", count));
  out += entries;
  pad_record(out);
}

Result<void> put_number(std::string& out, const std::string& text, const std::string& name) {
  if (text.empty()) {  // missing
    out += '.';
    out.append(7, '\0');
    return {};
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto bits = error == std::errc() && end == text.data() + text.size() ? ibm_double(value) : std::nullopt;
  if (!bits) return fail("xpt.number", fmt::format("'{}' holds something else than numbers that SAS knows", name));
  put_integer(out, *bits, 8);
  return {};
}

}  // namespace

std::optional<std::uint64_t> ibm_double(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  if (value == 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(std::abs(value), &exponent);  // [0.5, 1) * 2^exponent
  // 2^exponent = 16^sixteenth / 2^shift; 53 bits of fraction and at most 3 of shift fit into 56.
  const int sixteenth = static_cast<int>(std::ceil(exponent / 4.0));
  const int shift = sixteenth * 4 - exponent;
  if (sixteenth + 64 > 127) return std::nullopt;
  if (sixteenth + 64 < 0) return 0;
  auto bits = static_cast<std::uint64_t>(std::ldexp(fraction, 56 - shift));
  bits |= static_cast<std::uint64_t>(sixteenth + 64) << 56;
  return bits | (value < 0 ? std::uint64_t{1} << 63 : 0);
}

std::vector<std::string> xpt_names(std::span<const std::string> names, int version) {
  const std::size_t most = version == 5 ? kXptName5 : kXptName8;
  std::set<std::string> taken;
  const auto upper = [](std::string text) {
    for (char& c : text)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
  };
  std::vector<std::string> out;
  for (const std::string& name : names) {
    std::string plain;
    for (const char c : name) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte & 0xC0) == 0x80) continue;  // the rest of a character
      plain += byte < 0x80 && (std::isalnum(byte) != 0 || c == '_') ? c : '_';
    }
    if (plain.empty() || (plain[0] >= '0' && plain[0] <= '9')) plain.insert(plain.begin(), '_');
    std::string one = plain.substr(0, most);
    for (int number = 2; !taken.insert(upper(one)).second; ++number) {
      const std::string tail = std::to_string(number);
      one = plain.substr(0, most - tail.size()) + tail;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::string> write_xpt(const XptOptions& options, std::span<const XptVariable> variables,
                              std::span<const std::vector<std::string>> rows) {
  SEKISHO_TRY(const Shape shape, measure(options, variables, rows));
  const bool old = options.version == 5;
  const Names& names = old ? kVersion5 : kVersion8;
  const std::string zeros(30, '0'), time = sas_time(options.created);
  std::string out;
  out.reserve(rows.size() * shape.row + variables.size() * 140 + 1024);
  put_header(out, names.library, zeros);
  out += "SAS     SAS     SASLIB  ";
  put(out, old ? "6.06" : "9.1", 8);
  out += kSystem;
  put(out, "", 24);
  out += time;
  put(out, time, kRecord);
  put_header(out, names.member, "000000000000000001600000000140");
  put_header(out, names.descriptor, zeros);
  out += "SAS     ";
  put(out, options.dataset, old ? 8 : 32);
  out += "SASDATA ";
  put(out, old ? "6.06" : "9.1", 8);
  out += kSystem;
  if (old) put(out, "", 24);
  out += time;
  put(out, time, 32);
  put(out, cut(options.label, kLabel5), kLabel5);
  put(out, "", 8);
  put_header(out, names.namestr, fmt::format("000000{:04}00000000000000000000", variables.size()));
  std::size_t position = 0;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    put_namestr(out, variables[i], i + 1, shape.width[i], position, options.version);
    position += shape.width[i];
  }
  pad_record(out);
  if (!old) put_long_labels(out, variables);
  put_header(out, names.observations, old ? zeros : fmt::format("{:>15}", rows.size()));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < variables.size(); ++i) {
      if (variables[i].numeric)
        SEKISHO_CHECK(put_number(out, row[i], variables[i].name));
      else
        put(out, row[i], shape.width[i]);
    }
  pad_record(out);
  return out;
}

}  // namespace sekisho::release
