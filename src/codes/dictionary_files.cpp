// The published master files, read by position: full editions, differentials inside archives with their sparse rows,
// price lists, extracts. Not by the builder of src/masters, which works out the whole life of each code: it takes 6.4 s
// of processor time for the six series that are wanted here, more than twice what a whole run of a few hundred codes
// takes with this. Who has built the file of `sekisho masters import` gives that one, which
// dictionary_masters.cpp reads. Unpacking, workbooks and character sets are those of src/masters (open_source).
#include <algorithm>
#include <charconv>
#include <set>

#include "codes/dictionary.h"
#include "codes/item.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/utf16.h"
#include "masters/source.h"

namespace sekisho::codes {
namespace {

int to_date(std::string_view text) {
  int out = 0;
  if (text.size() != 8) return 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// "y_ALL20240531.csv" -> 20240531; "c_rev201604" -> 20160400; 0 when there is none.
int date_of(std::string_view name) {
  for (std::size_t i = 0; i + 6 <= name.size(); ++i) {
    std::size_t n = 0;
    while (i + n < name.size() && name[i + n] >= '0' && name[i + n] <= '9')
      ++n;
    if (n == 8) return to_date(name.substr(i, 8));
    if (n == 6) return to_date(std::string(name.substr(i, 6)) + "00");
    i += n;
  }
  return 0;
}

struct MasterLayout {
  char letter;
  Kind kind;
  std::size_t code, name, kana, unit, full, to, end;  // 1-based columns; 0: none
};
constexpr MasterLayout kLayouts[] = {
    {'y', Kind::kDrug, 3, 5, 7, 10, 35, 31, 34},
    {'s', Kind::kProcedure, 3, 5, 7, 10, 113, 88, 0},
    {'t', Kind::kMaterial, 3, 5, 7, 10, 37, 30, 29},
    {'b', Kind::kDisease, 3, 6, 10, 0, 8, 24, 0},
};

std::string_view field(const std::vector<std::string_view>& fields, std::size_t column) {
  return column >= 1 && column <= fields.size() ? fields[column - 1] : std::string_view();
}

void add_name(Entry& entry, std::string_view name) {
  if (name.empty() || name == "0") return;
  if (entry.name.empty()) {
    entry.name = name;
    return;
  }
  if (entry.name == name || std::ranges::find(entry.aliases, name) != entry.aliases.end()) return;
  entry.aliases.emplace_back(name);
}

void add_code(Entry& entry, std::string_view system, std::string_view code) {
  if (code.empty() || code == "0") return;
  const std::pair<std::string, std::string> pair(system, code);
  if (std::ranges::find(entry.codes, pair) == entry.codes.end()) entry.codes.push_back(pair);
}

Form master_form(std::string_view column) {
  if (column == "4") return Form::kInjection;
  return Form::kNone;
}

// A section of the fee schedule as people write it: K081, D007.
std::string section_of(const std::vector<std::string_view>& fields) {
  const std::string_view letter = field(fields, 85), number = field(fields, 92), branch = field(fields, 93);
  if (letter.size() != 1 || letter[0] < 'A' || letter[0] > 'Z' || number.size() != 3 || number == "000") return {};
  std::string out = std::string(letter) + std::string(number);
  if (branch.size() == 2 && branch != "00") out += "-" + std::string(branch[0] == '0' ? branch.substr(1) : branch);
  return out;
}

void take_extras(char letter, Entry& entry, const std::vector<std::string_view>& fields) {
  if (letter == 'y') {
    add_code(entry, "PRICE12", field(fields, 32));
    if (entry.form == Form::kNone) entry.form = master_form(field(fields, 28));
    if (!field(fields, 17).empty()) entry.generic = field(fields, 17) == "1";
    if (entry.code.starts_with("67")) entry.chosen = true;
  } else if (letter == 'b') {
    for (const std::size_t column : {16, 14})
      add_code(entry, "ICD10", field(fields, column));
    for (const std::size_t column : {17, 15})
      add_code(entry, "ICD10_2", field(fields, column));
    add_code(entry, "MEDIS_DIS", field(fields, 11));
    if (const int from = to_date(field(fields, 22)); from > 0) entry.from = from;
  } else if (letter == 's') {
    const std::string section = section_of(fields);
    if (section.starts_with("K")) add_code(entry, "K", section);
  }
}

}  // namespace

Entry& DictionaryLoader::entry_of(Kind kind, std::string_view code) {
  const auto [at, fresh] = place_.try_emplace(std::string(code), rows_.size());
  if (fresh) {
    Entry entry;
    entry.kind = kind;
    entry.system = "REC";
    entry.code = code;
    rows_.push_back(std::move(entry));
  }
  return rows_[at->second];
}

void DictionaryLoader::take_master(char letter, std::string_view text, int date, std::string_view file) {
  std::vector<std::string_view> fields;
  CsvReader reader(text, ',', file);
  const bool extract = file.find(".min.") != std::string_view::npos;
  for (;;) {
    const auto more = reader.next(fields);
    if (!more || !*more) return;  // a damaged tail is not taken; what came before is
    if (letter == 'z') {
      const std::string_view code = field(fields, 3), name = field(fields, 7);
      if (code.empty() || name.empty() || !modifier_place_.try_emplace(std::string(code), modifiers_.size()).second)
        continue;
      // Names of parts carry a leading dot where they join a word.
      Modifier modifier;
      modifier.code = code;
      modifier.name = name;
      modifier.suffix = code >= "8000" && code < "9000";
      modifiers_.push_back(std::move(modifier));
      continue;
    }
    const auto layout = std::ranges::find(kLayouts, letter, &MasterLayout::letter);
    if (layout == std::end(kLayouts)) return;
    const std::string_view code = field(fields, layout->code);
    const std::size_t length = letter == 'b' ? 7 : 9;
    if (code.size() != length) continue;
    Entry& entry = entry_of(layout->kind, code);
    const std::string_view name = field(fields, layout->name);
    // The newest name leads; former names still find the code.
    if (!name.empty() && !entry.name.empty() && entry.name != name) {
      std::string former = std::exchange(entry.name, std::string(name));
      std::erase(entry.aliases, entry.name);
      add_name(entry, former);
    } else {
      add_name(entry, name);
    }
    if (extract) {
      if (const std::string_view unit = field(fields, 10); !unit.empty() && entry.units.empty())
        entry.units.emplace_back(unit);
      continue;
    }
    add_name(entry, field(fields, layout->kana));
    add_name(entry, field(fields, layout->full));
    if (const std::string_view unit = field(fields, layout->unit); !unit.empty() && entry.units.empty())
      entry.units.emplace_back(unit);
    if (const int to = to_date(field(fields, layout->to)); to > 0) entry.to = to;
    if (const int end = to_date(field(fields, layout->end)); end > 0 && end < entry.to) entry.to = end;
    if (entry.from == 0 && letter == 'y') entry.from = to_date(field(fields, 36));
    take_extras(letter, entry, fields);
    (void)date;
  }
}

Result<void> DictionaryLoader::take_price(std::string_view text, int date, std::string_view file) {
  std::vector<std::string_view> fields;
  CsvReader reader(text, ',', file);
  int code = -1, ingredient = -1, unit = -1, product = -1, maker = -1;
  for (bool first = true;; first = false) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) return {};
    if (first) {
      for (std::size_t i = 0; i < fields.size(); ++i) {
        const int at = static_cast<int>(i);
        if (fields[i] == "薬価基準収載医薬品コード") code = at;
        if (fields[i] == "成分名") ingredient = at;
        if (fields[i] == "規格") unit = at;
        if (fields[i] == "メーカー名") maker = at;
        // Before 2018 the product stands in a nameless column, 品名 holds a mark.
        if (fields[i] == "Unnamed: 7") product = at;
        if (fields[i] == "品名" && product < 0) product = at;
      }
      if (code < 0 || product < 0) return fail("codes.dictionary", "is not a price list", {.file = std::string(file)});
      continue;
    }
    const auto get = [&](int column) {
      return column >= 0 && static_cast<std::size_t>(column) < fields.size() ? fields[static_cast<std::size_t>(column)]
                                                                             : std::string_view();
    };
    if (get(code).size() != 12) continue;
    Price& price = prices_[std::string(get(code))];
    if (date >= price.last) {
      price.ingredient = get(ingredient);
      price.name = get(product);
      price.unit = get(unit);
      price.maker = get(maker);
      price.last = date;
    }
    if (price.first == 0 || date < price.first) price.first = date;
  }
}

Result<void> DictionaryLoader::take_csv(std::string_view text, std::string_view file) {
  SEKISHO_TRY(const CsvTable table, read_csv(text, ',', file));
  const auto column = [&](std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      if (const int at = table.column(name); at >= 0) return at;
    return -1;
  };
  const int kind = column({"kind"}), system = column({"system", "code_system"}), code = column({"code"}),
            label = column({"name"}), aliases = column({"aliases"}), unit = column({"unit", "units"}),
            specimen = column({"specimen"}), from = column({"from", "valid_from"}), to = column({"to", "valid_to"}),
            codes = column({"codes"}), acts = column({"acts"}), low = column({"low"}), high = column({"high"});
  if (kind < 0 || system < 0 || code < 0 || label < 0)
    return fail("codes.dictionary", "has no columns kind, system, code, name", {.file = std::string(file)},
                "See docs/codes.md for the columns of a dictionary.");
  const auto split = [](std::string_view list, char separator) {
    std::vector<std::string> out;
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(separator), list.size());
      if (end > 0) out.emplace_back(list.substr(0, end));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
    return out;
  };
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto get = [&](int c) {
      return c < 0 ? std::string_view() : std::string_view(table.rows[r][static_cast<std::size_t>(c)]);
    };
    Entry entry;
    if (!parse_kind(get(kind), entry.kind))
      return fail("codes.dictionary", "unknown kind",
                  {.file = std::string(file), .line = table.lines[r], .part = "kind"},
                  "drug, lab, disease, procedure or material");
    entry.system = get(system);
    entry.code = get(code);
    entry.name = get(label);
    entry.aliases = split(get(aliases), '|');
    entry.units = split(get(unit), '|');
    entry.specimen = specimen_code(get(specimen));
    entry.acts = split(get(acts), '|');
    for (const auto& [column_, day] : {std::pair{from, &entry.from}, {to, &entry.to}}) {
      if (get(column_).empty()) continue;
      *day = get(column_) == "99999999" ? kAlways : day_number(get(column_));
      if (*day == 0)
        return fail("codes.dictionary", "is no day",
                    {.file = std::string(file), .line = table.lines[r], .part = column_ == from ? "from" : "to"},
                    "YYYY-MM-DD");
    }
    for (const std::string& pair : split(get(codes), '|'))
      if (const std::size_t colon = pair.find(':'); colon != std::string::npos)
        entry.codes.emplace_back(pair.substr(0, colon), pair.substr(colon + 1));
    const auto number = [](std::string_view value) {
      double out = 0;
      std::from_chars(value.data(), value.data() + value.size(), out);
      return out;
    };
    entry.low = number(get(low));
    entry.high = number(get(high));
    Jlac10 parts;
    if (entry.specimen.empty() && parse_jlac10(entry.code, parts)) entry.specimen = parts.material;
    if (!entry.code.empty()) rows_.push_back(std::move(entry));
  }
  return {};
}

Result<void> DictionaryLoader::take_text(std::string_view file_name, std::string_view raw) {
  const std::string name(file_name);
  const std::string text = text_in_utf8(as_bytes(raw));
  if (name.starts_with("price_")) return take_price(text, date_of(name), name);
  if (name.size() > 2 && name[1] == '_' && std::string_view("ystbz").find(name[0]) != std::string_view::npos) {
    take_master(name[0], text, date_of(name), name);
    return {};
  }
  if (text.starts_with("kind,") || text.substr(0, 200).find("kind") != std::string::npos) return take_csv(text, name);
  take_laboratory_list(text, name);
  return {};  // other published files (institutions, comments, generics) name nothing that is looked for here
}

Result<void> DictionaryLoader::take(const std::filesystem::path& path) {
  SEKISHO_TRY(const MappedFile file, MappedFile::open(path));
  std::string name = path.filename().string();
  const ByteView bytes = file.bytes();
  if (std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).starts_with("SKMAST"))
    return take_master_file(path);
  // The files of an archive by their days: the newest name leads.
  std::vector<masters::Source> tables;
  SEKISHO_CHECK(masters::open_source(name, Bytes(bytes.begin(), bytes.end()), {}, [&](masters::Source source) {
    source.name.erase(0, source.name.find_last_of("/!") + 1);
    if (!source.name.starts_with("._")) tables.push_back(std::move(source));
    return Result<void>{};
  }));
  std::ranges::stable_sort(tables, {}, [](const masters::Source& table) { return date_of(table.name); });
  for (const masters::Source& table : tables)
    SEKISHO_CHECK(take_text(table.name, as_text(table.content)));
  return {};
}

namespace {

// Lists that name things the published masters and the built-in tests hold already, by other codes.
constexpr std::string_view kSideSystems[] = {"HOT7", "HOT9", "HOT11", "HOT13", "YJ", "JC11", "JLAC11"};
bool is_side_system(std::string_view system) {
  return std::ranges::find(kSideSystems, system) != std::end(kSideSystems);
}

void add_code_once(Entry& entry, const std::string& system, const std::string& code) {
  if (entry.code == code || std::ranges::find(entry.codes, std::pair(system, code)) != entry.codes.end()) return;
  entry.codes.emplace_back(system, code);
}

// One thing stays one suggestion: a row of a side list that names a code in hand becomes another code of that entry.
void put_side_by_side(std::vector<Entry>& rows) {
  std::unordered_map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!is_side_system(rows[i].system)) place.try_emplace(rows[i].system + ":" + rows[i].code, i);
  std::unordered_map<std::string, std::size_t> hot9;  // products that no receipt code stands for, once for all packages
  for (Entry& row : rows) {
    if (!is_side_system(row.system)) continue;
    bool merged = false;
    for (const auto& [system, code] : row.codes) {
      const auto at = place.find(system + ":" + code);
      if (at == place.end()) continue;
      Entry& target = rows[at->second];
      add_code_once(target, row.system, row.code);
      for (const auto& [other_system, other_code] : row.codes)
        if (other_system != system) add_code_once(target, other_system, other_code);
      for (const std::string& name : row.aliases)
        if (std::ranges::find(target.aliases, name) == target.aliases.end()) target.aliases.push_back(name);
      if (row.name != target.name && std::ranges::find(target.aliases, row.name) == target.aliases.end())
        target.aliases.push_back(row.name);
      merged = true;
    }
    if (!merged && row.system == "HOT9") hot9.try_emplace(row.code, static_cast<std::size_t>(&row - rows.data()));
    if (!merged && row.system == "HOT13") {
      const auto [at, fresh] = hot9.try_emplace(row.code.substr(0, 9), static_cast<std::size_t>(&row - rows.data()));
      if (!fresh) {
        add_code_once(rows[at->second], row.system, row.code);
        merged = true;
      } else {
        std::erase(row.codes, std::pair(std::string("HOT9"), row.code.substr(0, 9)));
        row.codes.emplace_back("HOT13", row.code);
        row.system = "HOT9";
        row.code = at->first;
      }
    }
    if (merged) row.name.clear();  // finish() leaves out what has no name
  }
}

}  // namespace

Dictionary DictionaryLoader::finish() {
  // One's own row of a test wins over the built-in one, and keeps its names.
  std::unordered_map<std::string_view, const Entry*> built_in;
  for (const Entry& entry : laboratory_entries())
    built_in.emplace(entry.code, &entry);
  for (Entry& row : rows_) {
    const auto at = row.kind == Kind::kLab ? built_in.find(row.code) : built_in.end();
    if (at == built_in.end()) continue;
    row.aliases.push_back(at->second->name);
    row.aliases.insert(row.aliases.end(), at->second->aliases.begin(), at->second->aliases.end());
    if (row.units.empty()) row.units = at->second->units;
    if (row.acts.empty()) row.acts = at->second->acts;
    if (row.high == 0) row.low = at->second->low, row.high = at->second->high;
    row.rank = at->second->rank;
    built_in.erase(at);
  }
  for (const Entry& entry : laboratory_entries())
    if (built_in.contains(entry.code)) rows_.push_back(entry);
  put_side_by_side(rows_);
  std::set<std::string> priced;
  for (Entry& entry : rows_) {
    for (const auto& [system, code] : entry.codes) {
      if (system != "PRICE12") continue;
      priced.insert(code);
      const auto at = prices_.find(code);
      if (at == prices_.end()) continue;
      entry.ingredient = at->second.ingredient;
      entry.maker = at->second.maker;
    }
  }
  std::vector<std::string> alone;
  for (const auto& [code, price] : prices_)
    if (!priced.contains(code)) alone.push_back(code);
  std::ranges::sort(alone);
  Dictionary out;
  for (Entry& entry : rows_)
    if (!entry.name.empty()) out.add(std::move(entry));
  // Products that the drug masters in hand never held: known from price lists only.
  for (const std::string& code : alone) {
    const Price& price = prices_[code];
    Entry entry;
    entry.kind = Kind::kDrug;
    entry.system = "PRICE12";
    entry.code = code;
    entry.name = price.name;
    entry.ingredient = price.ingredient;
    entry.maker = price.maker;
    if (!price.unit.empty()) entry.aliases.push_back(price.name + " " + price.unit);
    entry.rank = 1;
    if (!entry.name.empty()) out.add(std::move(entry));
  }
  for (Modifier& modifier : modifiers_)
    out.add_modifier(std::move(modifier));
  out.finish();
  return out;
}

Result<Dictionary> Dictionary::load(std::span<const std::filesystem::path> paths) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& path : paths) {
    std::error_code code;
    if (std::filesystem::is_directory(path, code)) {
      for (std::filesystem::recursive_directory_iterator at(path, code), end; !code && at != end; at.increment(code))
        if (at->is_regular_file(code)) files.push_back(at->path());
    } else if (std::filesystem::exists(path, code)) {
      files.push_back(path);
    } else {
      return fail("codes.dictionary", "does not exist", {.file = path.string()},
                  "Name a folder of published masters or a dictionary CSV.");
    }
  }
  // Older editions first, full editions and differentials by their dates, so that the newest name leads.
  std::ranges::sort(files, [](const auto& a, const auto& b) {
    const std::string x = a.filename().string(), y = b.filename().string();
    const bool dx = x.find("diffs") != std::string::npos, dy = y.find("diffs") != std::string::npos;
    if (dx != dy) return dy;
    if (date_of(x) != date_of(y)) return date_of(x) < date_of(y);
    return x < y;
  });
  DictionaryLoader loader;
  for (const std::filesystem::path& file : files)
    SEKISHO_CHECK(loader.take(file));
  return loader.finish();
}

}  // namespace sekisho::codes
