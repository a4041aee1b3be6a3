#include "formats/dpc_layout.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "formats/receipt_fields.h"
#include "formats/receipt_scan.h"

namespace sekisho::formats::dpc {
namespace {

constexpr Layout kEf{.kind = Kind::kEfInpatient,
                     .name = "EFn",
                     .source = "ef",
                     .document = "ef",
                     .columns = 31,
                     .least = 30,
                     .discharged = 2,
                     .admitted = 3,
                     .section = 4,
                     .sequence = 5,
                     .detail = 6,
                     .hospital_code = 7,
                     .code = 8,
                     .text = 10,
                     .amount = 11,
                     .unit = 12,
                     .detail_points = 13,
                     .flags = 16,
                     .act_points = 17,
                     .drug_points = 18,
                     .material_points = 19,
                     .count = 20,
                     .type = 22,
                     .date = 23,
                     .department = 25,
                     .ward = 27,
                     .ward_kind = 28,
                     .in_out = 29};

// EFg: the same columns; a birth date stands in place of the discharge.
constexpr Layout outpatient(Layout layout) {
  layout.kind = Kind::kEfOutpatient;
  layout.name = "EFg";
  layout.document = "ef_out";
  layout.discharged = kAbsent;
  return layout;
}

// Editions of one kind stand in falling number of columns: the first that a row fills is the one.
constexpr Layout kLayouts[] = {
    {.kind = Kind::kFf1,
     .name = "FF1",
     .source = "ff1",
     .document = "ff1",
     .columns = 16,
     .least = 8,
     .admitted = 2,
     .item = 5,
     .version = 6,
     .number = 7,
     .payload = 8,
     .payloads = 9},
    {.kind = Kind::kFf3, .name = "FF3", .source = "ff3", .document = "ff3", .columns = 1, .data_id = kAbsent},
    {.kind = Kind::kFf4,
     .name = "FF4",
     .source = "ff4",
     .document = "ff4",
     .columns = 5,
     .discharged = 3,
     .admitted = 2,
     .payload = 4,
     .payloads = 1},
    kEf,
    outpatient(kEf),
    {.kind = Kind::kD,
     .name = "Dn",
     .source = "d",
     .document = "d",
     .columns = 30,
     .least = 25,
     .discharged = 2,
     .admitted = 3,
     .section = 4,
     .sequence = 5,
     .hospital_code = 6,
     .code = 7,
     .text = 9,
     .act_points = 10,
     .drug_points = 11,
     .material_points = 12,
     .count = 14,
     .type = 16,
     .date = 17,
     .department = 19,
     .ward = 21,
     .ward_kind = 22,
     .in_out = 23,
     .from = 25,
     .to = 26,
     .dpc = 28,
     .coefficient = 29},
    // 2014 edition: without 円・点区分.
    {.kind = Kind::kD,
     .name = "Dn",
     .source = "d",
     .document = "d",
     .columns = 29,
     .least = 24,
     .discharged = 2,
     .admitted = 3,
     .section = 4,
     .sequence = 5,
     .hospital_code = 6,
     .code = 7,
     .text = 9,
     .act_points = 10,
     .drug_points = 11,
     .material_points = 12,
     .count = 13,
     .type = 15,
     .date = 16,
     .department = 18,
     .ward = 20,
     .ward_kind = 21,
     .in_out = 22,
     .from = 24,
     .to = 25,
     .dpc = 27,
     .coefficient = 28},
    {.kind = Kind::kE,
     .name = "En",
     .source = "ef",
     .document = "e",
     .columns = 25,
     .least = 24,
     .discharged = 2,
     .admitted = 3,
     .section = 4,
     .sequence = 5,
     .hospital_code = 6,
     .code = 7,
     .text = 9,
     .act_points = 10,
     .drug_points = 11,
     .material_points = 12,
     .count = 14,
     .type = 16,
     .date = 17,
     .department = 19,
     .ward = 21,
     .ward_kind = 22,
     .in_out = 23},
    {.kind = Kind::kF,
     .name = "Fn",
     .source = "ef",
     .document = "f",
     .columns = 18,
     .discharged = 2,
     .admitted = 3,
     .section = 4,
     .sequence = 5,
     .detail = 6,
     .hospital_code = 7,
     .code = 8,
     .text = 10,
     .amount = 11,
     .unit = 12,
     .detail_points = 13,
     .drug_points = 14,
     .material_points = 15},
    {.kind = Kind::kH,
     .name = "Hn",
     .source = "h",
     .document = "h",
     .columns = 10,
     .least = 9,
     .data_id = 2,
     .discharged = 3,
     .admitted = 4,
     .date = 5,
     .ward = 1,
     .item = 6,
     .version = 7,
     .number = 8,
     .payload = 9,
     .payloads = 9},
    {.kind = Kind::kK, .name = "Kn", .source = "k", .document = "k", .columns = 2},
};

// Widths of the fixed form. That of EF is published; E, F and D have the same columns in their own order.
constexpr std::uint16_t kEfWidths[] = {9,  10, 8, 8, 2, 4, 3, 12, 9, 8, 254, 11, 3, 12, 1, 8,
                                       12, 8,  8, 8, 3, 8, 4, 8,  2, 3, 10,  10, 1, 1,  3};
constexpr std::uint16_t kEWidths[] = {9, 10, 8, 8, 2, 4, 12, 9, 8, 254, 8, 8, 8, 1, 3, 8, 4, 8, 2, 3, 10, 10, 1, 1, 3};
constexpr std::uint16_t kFWidths[] = {9, 10, 8, 8, 2, 4, 3, 12, 9, 8, 254, 11, 3, 8, 12, 12, 1, 8};
constexpr std::uint16_t kDWidths[] = {9, 10, 8, 8, 2, 4,  12, 9, 8, 254, 8, 8, 8, 1,  3,
                                      8, 4,  8, 2, 3, 10, 10, 1, 1, 3,   8, 8, 8, 14, 6};

struct FixedForm {
  std::span<const std::uint16_t> widths;
  std::size_t size;
  explicit constexpr FixedForm(std::span<const std::uint16_t> w)
      : widths(w), size(std::accumulate(w.begin(), w.end(), std::size_t{0})) {}
};
constexpr FixedForm kFixedForms[] = {FixedForm(kEfWidths), FixedForm(kDWidths), FixedForm(kEWidths),
                                     FixedForm(kFWidths)};
constexpr std::size_t kShortestFixed = 330;  // trailing blanks may be cut
constexpr int kRowsToJudge = 30;

// The form whose length the row has, else the shortest that holds it.
const FixedForm& fixed_form(std::size_t size) {
  const FixedForm* found = &kFixedForms[0];
  for (const FixedForm& form : kFixedForms) {
    if (form.size == size) return form;
    if (form.size > size && form.size < found->size) found = &form;
  }
  return *found;
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool begins_as(std::string_view name, std::string_view prefix) {
  if (name.size() <= prefix.size() || (name[prefix.size()] != '_' && name[prefix.size()] != '.')) return false;
  return std::ranges::equal(name.substr(0, prefix.size()), prefix, {}, lower, lower);
}

std::string_view cell(std::string_view row, int index) {
  for (; index > 0; --index) {
    const auto tab = row.find('\t');
    if (tab == std::string_view::npos) return {};
    row.remove_prefix(tab + 1);
  }
  return trim(row.substr(0, row.find('\t')));
}

int cells(std::string_view row) {
  return static_cast<int>(std::ranges::count(row, '\t')) + 1;
}

// Kind by the cells of one row, where the name does not tell.
Kind kind_of_row(std::string_view row) {
  const int count = cells(row);
  if (count >= 31) {
    // Inpatient: discharge (or zeros) and admission; outpatient: birth date and day of visit.
    const std::string_view first = cell(row, 2), second = cell(row, 3);
    return first.find_first_not_of('0') != std::string_view::npos && first < second ? Kind::kEfOutpatient
                                                                                    : Kind::kEfInpatient;
  }
  const bool numbered = all_digits(cell(row, 0)) && all_digits(cell(row, 4).substr(0, 1));
  if (is_item_code(cell(row, 5)) && (count >= 16 || (count >= 8 && numbered))) return Kind::kFf1;
  if (is_item_code(cell(row, 6)) && (count >= 10 || (count >= 9 && numbered))) return Kind::kH;
  if (count == 29 || count == 30) return Kind::kD;
  if (count == 25 || count == 26) return Kind::kE;
  if (count == 18 || count == 19) return Kind::kF;
  if (count == 5 && cell(row, 4).size() <= 2 && all_digits(cell(row, 2)) && cell(row, 2).size() == 8) return Kind::kFf4;
  return Kind::kUnknown;
}

// The first layout that fits and that a row with so many cells fills, else the first that it would fill but for blanks.
template <typename Fits>
const Layout* layout_of(int columns, Fits fits) {
  for (const Layout& layout : kLayouts)
    if (layout.columns <= columns && fits(layout)) return &layout;
  for (const Layout& layout : kLayouts)
    if (layout.least <= columns && fits(layout)) return &layout;
  return nullptr;
}

}  // namespace

std::span<const Layout> layouts() {
  return kLayouts;
}

// "識別番号", also behind the half-width ﾃﾞｰﾀ, among the first three cells, which hold codes and days otherwise.
bool is_heading(std::string_view row) {
  constexpr std::string_view kShiftJis = "\x8E\xAF\x95\xCA\x94\xD4\x8D\x86";
  constexpr std::string_view kUtf8 = "識別番号";
  std::size_t end = 0;
  for (int cells = 0; cells < 3 && end != std::string_view::npos; ++cells)
    end = row.find_first_of("\t,", end == 0 ? 0 : end + 1);
  row = row.substr(0, end);
  return row.contains(kShiftJis) || row.contains(kUtf8);
}

std::string_view to_tabs(std::string_view row, Dialect dialect, std::string& out) {
  if (dialect == Dialect::kTabs) return row;
  out.clear();
  if (dialect == Dialect::kFixed) {
    while (row.ends_with('\r'))
      row.remove_suffix(1);
    const std::span<const std::uint16_t> widths = fixed_form(row.size()).widths;
    for (std::size_t i = 0, at = 0; i < widths.size(); at += widths[i++]) {
      if (i > 0) out += '\t';
      std::string_view text = at < row.size() ? row.substr(at, widths[i]) : std::string_view{};
      while (text.ends_with(' '))
        text.remove_suffix(1);
      out += text;
    }
    return out;
  }
  bool quoted = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '"') {
      if (quoted && i + 1 < row.size() && row[i + 1] == '"')
        out += row[i++];
      else
        quoted = !quoted;
    } else {
      out += row[i] == ',' && !quoted ? '\t' : row[i] == '\t' ? ' ' : row[i];
    }
  }
  return out;
}

Shape recognise(std::string_view path, std::string_view head) {
  Shape shape;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto next_row = [&] {
    head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
    const receipt::RawLine line = receipt::raw_line(head, 0);
    const std::string_view row = head.substr(0, line.end);
    head.remove_prefix(line.next);
    return row;
  };
  std::string_view row = next_row();
  // The widest of the first rows tells the kind: blanks at the end of some may have been cut, and a title may lead.
  const auto width = [](std::string_view r) { return std::ranges::count(r, '\t') * 1024 + std::ranges::count(r, ','); };
  for (int rows = 1; rows < kRowsToJudge && !head.empty(); ++rows)
    if (const std::string_view other = next_row(); is_heading(row) || (!is_heading(other) && width(other) > width(row)))
      row = other;
  if (row.contains('\t'))
    shape.dialect = Dialect::kTabs;
  else if (row.size() >= kShortestFixed && all_digits(row.substr(0, 35)))
    shape.dialect = Dialect::kFixed;
  else if (row.contains(','))
    shape.dialect = Dialect::kCommas;
  std::string buffer;
  row = to_tabs(row, shape.dialect, buffer);

  const std::string_view name = base_name(path);
  shape.layout = layout_of(cells(row), [&](const Layout& layout) { return begins_as(name, layout.name); });
  shape.named = shape.layout != nullptr;
  if (shape.named) return shape;
  const Kind kind = kind_of_row(row);
  shape.layout = layout_of(cells(row), [&](const Layout& layout) { return layout.kind == kind; });
  return shape;
}

bool is_survey_file(std::string_view path, std::string_view head) {
  if (head.empty() || head.contains('\0')) return false;
  const Shape shape = recognise(path, head);
  if (!shape.layout) return false;
  const Kind kind = shape.layout->kind;
  return shape.named || shape.dialect == Dialect::kFixed || kind == Kind::kFf1 || kind == Kind::kH;
}

std::string month_in_name(std::string_view path) {
  std::string_view name = base_name(path);
  name = name.substr(0, name.find('.'));
  const auto at = name.find_last_of('_');
  if (at == std::string_view::npos) return {};
  const std::string_view yymm = name.substr(at + 1);
  if (yymm.size() == 4 && all_digits(yymm)) return "20" + std::string(yymm);
  if (yymm.size() == 6 && all_digits(yymm)) return std::string(yymm);
  return {};
}

std::string_view diagnosis_role(std::string_view code) {
  if (code == "A006010") return "main";
  if (code == "A006020") return "admission";
  if (code == "A006030") return "resource1";
  if (code == "A006031") return "resource2";
  if (code == "A006040") return "comorbidity";
  if (code == "A006050") return "complication";
  return {};
}

bool is_item_code(std::string_view text) {
  return text.size() == 7 && text[0] >= 'A' && text[0] <= 'Z' && all_digits(text.substr(3));
}

}  // namespace sekisho::formats::dpc
