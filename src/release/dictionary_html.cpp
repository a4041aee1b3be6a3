#include <fmt/format.h>

#include "core/html.h"
#include "release/dictionary.h"

namespace sekisho::release::detail {
namespace {

constexpr std::string_view kStyle = R"html(.wide{overflow-x:auto}table{margin:8px 0;min-width:60%}
th,td{padding:5px 10px;vertical-align:top}th{white-space:nowrap}
code{font:14px/1.4 ui-monospace,"Noto Sans Mono CJK JP",monospace}
)html";

std::string both(std::string_view ja, std::string_view en) {
  return html_text(ja, en);
}
std::string both(const Json& text) {
  return both(text.value("ja", ""), text.value("en", ""));
}

std::string text_of(const Json& object, const char* member) {
  if (!object.contains(member)) return "";
  const Json& value = object[member];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

struct Role {
  std::string_view name, ja;
};
constexpr Role kRoles[] = {{"quasi-identifier", "準識別子"},
                           {"sensitive", "要配慮項目"},
                           {"insensitive", "その他の項目"},
                           {"identifier of this dataset alone", "このデータセットだけの番号"},
                           {"item of a person's set", "集合の要素 (病名・薬など)"},
                           {"number within bounds", "範囲内の数値"},
                           {"as recorded", "記録のまま"},
                           {"free text", "自由記載"},
                           {"left out", "除いた項目"},
                           {"date", "日付"}};
std::string role(const std::string& name) {
  for (const Role& one : kRoles)
    if (one.name == name) return both(one.ja, name);
  return escape_html(name);
}

struct Type {
  std::string_view name, ja;
};
constexpr Type kTypes[] = {{"text", "文字"}, {"integer", "整数"}, {"float", "数値"}};
std::string type(const std::string& name) {
  for (const Type& one : kTypes)
    if (one.name == name) return both(one.ja, name);
  return escape_html(name);
}

std::string variables(const Json& version) {
  std::string out = fmt::format(
      "<h2>{}</h2><div class=wide><table><tr><th>#<th>{}<th>{}<th>{}<th>{}<th>{}<th>{}<th>{}</tr>",
      both("変数", "Variables"), both("変数名", "name"), both("意味", "meaning"), both("型", "type"),
      both("単位", "unit"), both("区分", "role"), both("欠損の行", "rows without"), both("コード", "codes"));
  std::size_t number = 0;
  for (const Json& item : version["ItemDef"]) {
    const std::string list = text_of(item, "CodeListOID"), table = text_of(item, "Table");
    const std::string name = table.empty() ? text_of(item, "Name") : table + "." + text_of(item, "Name");
    const std::string sas = text_of(item, "SASFieldName");
    out += fmt::format(
        "<tr><td class=n>{}<td><code>{}</code>{}<td>{}<td>{}<td>{}<td>{}<td class=n>{}<td>{}</tr>", ++number,
        escape_html(name),
        sas == text_of(item, "Name") ? "" : fmt::format("<br><span class=soft>SAS V5: {}</span>", escape_html(sas)),
        both(item["Description"]), type(text_of(item, "DataType")), escape_html(text_of(item, "MeasurementUnit")),
        role(text_of(item, "Role")), text_of(item, "Missing"),
        list.empty() ? "" : fmt::format("<a href='#{0}'>{0}</a>", escape_html(list)));
  }
  return out + "</table></div>";
}

std::string changes(const Json& version) {
  std::string out = fmt::format("<h2>{}</h2><div class=wide><table><tr><th>{}<th>{}<th>{}<th>{}<th>{}</tr>",
                                both("匿名加工による変更", "Changes made by the anonymization"),
                                both("変数", "variable"), both("加工", "change"), both("変わった行", "rows changed"),
                                both("値の種類 (前)", "values before"), both("値の種類 (後)", "values after"));
  for (const Json& method : version["MethodDef"])
    out += fmt::format("<tr><td><code>{}</code><td>{}<td class=n>{}<td class=n>{}<td class=n>{}</tr>",
                       escape_html(text_of(method, "Name")), both(method["Description"]),
                       text_of(method, "ChangedRows"), text_of(method, "ValuesBefore"), text_of(method, "ValuesAfter"));
  const Json& group = version["ItemGroupDef"];
  return out + fmt::format("</table></div><p>{}</p>",
                           both(fmt::format("削除: {} 行 ({} 人)。数は残した行について。",
                                            text_of(group, "SuppressedRows"), text_of(group, "SuppressedPersons")),
                                fmt::format("Suppressed: {} rows ({} persons). Figures are of the rows kept.",
                                            text_of(group, "SuppressedRows"), text_of(group, "SuppressedPersons"))));
}

struct Counted {
  const char* member;
  std::string_view ja, en;
};
constexpr Counted kCounted[] = {{"values", "値", "values"},
                                {"kept", "そのまま", "kept"},
                                {"generalized", "一般化", "generalized"},
                                {"truncated", "限界値に", "truncated"},
                                {"shifted", "移動", "shifted"},
                                {"rare", "まれで除いた", "rare, left out"},
                                {"specific", "特異な記述", "specific descriptions"},
                                {"extreme", "件数の超過", "beyond the count"},
                                {"text", "自由記載・識別", "text, identifying"},
                                {"unreadable", "読めない", "unreadable"},
                                {"with_row", "行とともに", "with their row"}};

// Histories: each value before counted once under what became of it.
std::string history_changes(const Json& version) {
  std::string out = fmt::format("<h2>{}</h2><div class=wide><table><tr><th>{}<th>{}",
                                both("匿名加工による変更", "Changes made by the anonymization"),
                                both("変数", "variable"), both("加工", "change"));
  for (const Counted& one : kCounted)
    out += "<th>" + both(one.ja, one.en);
  out += "</tr>";
  for (const Json& method : version["MethodDef"]) {
    out += fmt::format("<tr><td><code>{}.{}</code><td>{}", escape_html(text_of(method, "Table")),
                       escape_html(text_of(method, "Name")), both(method["Description"]));
    for (const Counted& one : kCounted)
      out += "<td class=n>" + text_of(method["Changes"], one.member);
    out += "</tr>";
  }
  out += fmt::format("</table></div><h3>{}</h3><div class=wide><table><tr><th>{}<th>{}<th>{}<th>{}</tr>",
                     both("表", "Tables"), both("表", "table"), both("内容", "content"), both("行", "rows"),
                     both("除いた行", "rows left out"));
  for (const Json& group : version["ItemGroupDef"])
    out += fmt::format("<tr><td><code>{}.csv</code><td>{}<td class=n>{}<td class=n>{}</tr>",
                       escape_html(text_of(group, "Name")), both(group["Description"]), text_of(group, "Rows"),
                       text_of(group, "SuppressedRows"));
  out += "</table></div>";
  if (version["SpecificDescriptions"].empty()) return out;
  out += fmt::format("<h3>{}</h3><ul>", both("特異な記述として除いたもの", "Left out as specific descriptions"));
  for (const Json& one : version["SpecificDescriptions"])
    out += fmt::format("<li>{}: {}</li>", escape_html(text_of(one, "Reason")), text_of(one, "Values"));
  return out + "</ul>";
}

std::string code_lists(const Json& version) {
  std::string out = fmt::format("<h2>{}</h2>", both("コードと値", "Codes and values"));
  for (const Json& list : version["CodeList"]) {
    const std::string version_text = text_of(list, "Version");
    out += fmt::format(
        "<h3 id='{0}'>{0} <span class=soft>{1} {2}</span></h3><div class=wide><table><tr><th>{3}<th>{4}</tr>",
        escape_html(text_of(list, "OID")), escape_html(text_of(list, "Name")), escape_html(version_text),
        both("値", "value"), both("名称", "name"));
    for (const Json& item : list["CodeListItem"])
      out += fmt::format("<tr><td><code>{}</code><td>{}</tr>", escape_html(text_of(item, "CodedValue")),
                         escape_html(text_of(item, "Decode")));
    out += "</table></div>";
  }
  return out;
}

std::string files(const Json& version, const std::vector<std::string>& tables) {
  std::string out = fmt::format("<h2>{}</h2><ul>", both("ファイル", "Files"));
  for (const std::string& table : tables) {
    out += fmt::format("<li><code>{}.csv</code> {}</li>", escape_html(table),
                       both("検証の基準 (UTF-8, BOM なし)", "what the proofs speak of (UTF-8, no byte order mark)"));
    for (const Json& name : version["Formats"])
      for (const Format& format : formats())
        if (name == format.name)
          out += fmt::format("<li><code>{}</code> {}</li>", escape_html(format.file(table)), escape_html(format.about));
  }
  return out + "</ul>";
}

}  // namespace

std::string dictionary_html(const Json& define) {
  const Json& version = define["MetaDataVersion"];
  const Json& group = version["ItemGroupDef"];
  const Json& study = define["Study"];
  std::string out = fmt::format("<h1>{}</h1><p class=soft>{}: <code>{}</code>", both(study["Name"]),
                                both("データ辞書", "Data dictionary"), escape_html(text_of(version, "OID")));
  std::vector<std::string> tables;
  std::size_t rows = 0;
  const bool histories = group.is_array();
  for (const Json& one : histories ? group : Json::array({group})) {
    rows += one["Rows"].get<std::size_t>();
    tables.push_back(histories ? text_of(one, "Name") : "dataset");
  }
  const std::string persons = text_of(histories ? version : group, "Persons");
  out += fmt::format("<br>{}</p>", both(fmt::format("{} 行、{} 人", rows, persons),
                                        fmt::format("{} rows, {} persons", rows, persons)));
  out += variables(version) + (histories ? history_changes(version) : changes(version)) + code_lists(version) +
         files(version, tables);
  return html_page(Text(study["Name"].value("ja", ""), study["Name"].value("en", "")), kStyle, out);
}

}  // namespace sekisho::release::detail
