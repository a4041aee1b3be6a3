// The file of `sekisho masters import` as a dictionary: names of all versions, the last day of the last life.
#include <algorithm>

#include "codes/dictionary.h"
#include "core/date.h"
#include "masters/master_file.h"
#include "masters/state.h"

namespace sekisho::codes {
namespace {

struct MasterKind {
  masters::Kind master;
  Kind kind;
  std::string_view system;
};
constexpr MasterKind kMasterKinds[] = {
    {masters::Kind::kDrug, Kind::kDrug, "REC"},
    {masters::Kind::kProcedure, Kind::kProcedure, "REC"},
    {masters::Kind::kMaterial, Kind::kMaterial, "REC"},
    {masters::Kind::kDisease, Kind::kDisease, "REC"},
};

struct MasterCode {
  std::string_view attribute, system;
};
constexpr MasterCode kMasterCodes[] = {
    {"price_code", "PRICE12"},          {"icd10", "ICD10"}, {"icd10_old_1", "ICD10"}, {"icd10_2", "ICD10_2"},
    {"management_number", "MEDIS_DIS"},
};

int day_number(std::int32_t days, int otherwise) {
  if (days == masters::kOpen || days <= 0) return otherwise;
  int year = 0, month = 0, day = 0;
  civil_from_days(days, year, month, day);
  return year * 10000 + month * 100 + day;
}

void add_alias(Entry& entry, std::string_view text) {
  if (text.empty() || text == entry.name || std::ranges::find(entry.aliases, text) != entry.aliases.end()) return;
  entry.aliases.emplace_back(text);
}

Entry master_entry(const masters::MasterFile& file, const masters::CodeView& view, const MasterKind& kind) {
  Entry entry;
  entry.kind = kind.kind;
  entry.system = kind.system;
  entry.code = view.code();
  // The last version in force leads; names of earlier ones still find the code.
  const masters::VersionRecord* last = nullptr;
  for (const masters::VersionRecord& version : view.versions())
    if ((version.flags & masters::kSuperseded) == 0) last = &version;
  if (last == nullptr) return entry;
  entry.name = file.text(last->name);
  for (const masters::VersionRecord& version : view.versions()) {
    if (entry.name.empty()) entry.name = file.text(version.name);
    add_alias(entry, file.text(version.name));
    add_alias(entry, file.text(version.kana));
  }
  for (const std::string_view attribute : {"full_name", "short_name"})
    add_alias(entry, view.attribute(*last, attribute));
  if (const std::string_view unit = file.text(last->unit); !unit.empty()) entry.units.emplace_back(unit);
  for (const MasterCode& code : kMasterCodes)
    if (const std::string_view value = view.attribute(*last, code.attribute); !value.empty() && value != "0")
      entry.codes.emplace_back(code.system, value);
  if (kind.kind == Kind::kDrug) {
    if (view.attribute(*last, "form") == "4") entry.form = Form::kInjection;
    entry.chosen = entry.code.starts_with("67");
    entry.generic = (last->flags & masters::kGenericFlag) != 0;
  }
  if (view.lives().empty()) return entry;
  // Days of editions are no first or last days: only stated ones bound the life.
  const masters::LifeRecord &first = view.lives().front(), &end = view.lives().back();
  if (first.from_kind == static_cast<std::uint8_t>(masters::FromKind::kStated)) entry.from = day_number(first.from, 0);
  if (end.to_kind != static_cast<std::uint8_t>(masters::ToKind::kDoubtful)) entry.to = day_number(end.to, kAlways);
  return entry;
}

// A product of the HOT list as a statement of its own; finish() puts it beside the receipt code it names.
Entry hot_entry(const masters::MasterFile& file, const masters::CodeView& view) {
  Entry entry;
  entry.kind = Kind::kDrug;
  constexpr std::size_t kHot9 = 9;
  entry.code = view.code();
  entry.system = entry.code.size() == kHot9 ? "HOT9" : "HOT13";
  const masters::VersionRecord& last = view.versions().back();
  entry.name = file.text(last.name);
  add_alias(entry, view.attribute(last, "receipt_name"));
  add_alias(entry, view.attribute(last, "notified_name"));
  if (const std::string_view unit = file.text(last.unit); !unit.empty()) entry.units.emplace_back(unit);
  for (const auto& [attribute, system] :
       {std::pair{"receipt_code", "REC"}, {"receipt_code_2", "REC"}, {"yj_code", "YJ"}})
    if (const std::string_view value = view.attribute(last, attribute); !value.empty())
      entry.codes.emplace_back(system, value);
  if (entry.code.size() > kHot9) entry.codes.emplace_back("HOT9", entry.code.substr(0, kHot9));
  return entry;
}

}  // namespace

Result<void> DictionaryLoader::take_master_file(const std::filesystem::path& path) {
  SEKISHO_TRY(const masters::MasterFile file, masters::MasterFile::open(path));
  for (const MasterKind& kind : kMasterKinds) {
    for (const masters::CodeRecord& record : file.codes(kind.master)) {
      Entry entry = master_entry(file, file.view(record), kind);
      if (entry.name.empty() || !place_.try_emplace(entry.code, rows_.size()).second) continue;
      rows_.push_back(std::move(entry));
    }
  }
  for (const masters::CodeRecord& record : file.codes(masters::Kind::kHot))
    if (const masters::CodeView view = file.view(record); !view.versions().empty())
      rows_.push_back(hot_entry(file, view));
  for (const masters::CodeRecord& record : file.codes(masters::Kind::kPrice)) {
    const masters::CodeView view = file.view(record);
    if (view.versions().empty()) continue;
    const masters::VersionRecord& version = view.versions().back();
    Price& price = prices_[std::string(view.code())];
    price.name = file.text(version.name);
    price.unit = file.text(version.unit);
    price.ingredient = view.attribute(version, "ingredient");
    price.maker = view.attribute(version, "maker");
  }
  for (const masters::CodeRecord& record : file.codes(masters::Kind::kModifier)) {
    const masters::CodeView view = file.view(record);
    if (view.versions().empty()) continue;
    Modifier modifier;
    modifier.code = view.code();
    modifier.name = file.text(view.versions().back().name);
    modifier.suffix = modifier.code >= "8000" && modifier.code < "9000";
    if (modifier_place_.try_emplace(modifier.code, modifiers_.size()).second) modifiers_.push_back(std::move(modifier));
  }
  return {};
}

}  // namespace sekisho::codes
