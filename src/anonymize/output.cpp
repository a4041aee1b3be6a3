#include "anonymize/output.h"

#include <algorithm>

#include "core/csv.h"
#include "core/file.h"
#include "core/parallel.h"

namespace sekisho::anonymize {
namespace {

constexpr std::size_t kAtOnce = 1 << 16;  // rows of a thread

// By code of the column.
std::vector<std::string> new_numbers(const Applied& applied, const Column& persons, Random& from) {
  std::vector<std::uint32_t> present;
  std::vector<std::uint8_t> seen(persons.values().size(), 0);
  for (const std::size_t row : applied.source) {
    const std::uint32_t code = persons.code(row);
    if (!seen[code]) present.push_back(code);
    seen[code] = 1;
  }
  std::uint64_t seed = 0;
  from.fill({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  SeededRandom random(seed);
  for (std::size_t i = present.size(); i > 1; --i)
    std::swap(present[i - 1], present[random.below(i)]);
  std::vector<std::string> out(persons.values().size());
  for (std::size_t i = 0; i < present.size(); ++i)
    out[present[i]] = std::to_string(i + 1);
  return out;
}

// The fields of a column by their place, quoted once for each value, with what follows them.
std::vector<std::string> fields_of(const std::vector<std::string>& texts, char separator, char after) {
  std::vector<std::string> out(texts.size());
  for (std::size_t place = 0; place < texts.size(); ++place) {
    append_csv(out[place], {texts[place]}, separator);
    out[place].back() = after;
  }
  return out;
}

}  // namespace

Result<void> write_csv(const Applied& applied, const std::string& person, char separator,
                       const std::filesystem::path& path, Random& random, int threads) {
  std::vector<std::vector<std::string>> fields;
  for (const Applied::Shown& shown : applied.shown) {
    const char after = fields.size() + 1 == applied.shown.size() ? '\n' : separator;
    if (shown.column->name() == person)
      fields.push_back(fields_of(new_numbers(applied, *shown.column, random), separator, after));
    else
      fields.push_back(fields_of(shown.labels.empty() ? shown.column->values() : shown.labels, separator, after));
  }
  SEKISHO_TRY(DurableFile file, DurableFile::create(path));
  std::string header;
  append_csv(header, std::vector<std::string_view>(applied.header.begin(), applied.header.end()), separator);
  SEKISHO_CHECK(file.write(header));
  std::vector<std::string> texts(static_cast<std::size_t>(threads));
  for (std::size_t begin = 0; begin < applied.rows(); begin += kAtOnce * texts.size()) {
    const std::size_t size = std::min(applied.rows() - begin, kAtOnce * texts.size());
    in_parallel(threads, [&](int thread) {
      std::string& text = texts[static_cast<std::size_t>(thread)];
      text.clear();
      const auto [from, to] = slice(size, thread, threads);
      for (std::size_t row = begin + from; row < begin + to; ++row)
        for (std::size_t i = 0; i < fields.size(); ++i)
          text += fields[i][applied.place(row, i)];
    });
    for (const std::string& text : texts)
      SEKISHO_CHECK(file.write(text));
  }
  return file.finish();
}

}  // namespace sekisho::anonymize
