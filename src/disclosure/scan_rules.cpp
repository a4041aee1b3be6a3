// What each rule of the file scan means: verdict, reason in Japanese, remedy. The longest prefix decides.
#include "disclosure/table.h"

namespace sekisho::disclosure {
namespace {

constexpr ScanRule kRules[] = {
    {"record", Verdict::kFail, "個人単位の記録のように見えます",
     "Aggregate: one row for each cell of a table, not for each person."},
    {"id.", Verdict::kFail, "個人または機関を識別する情報の形式です", "Remove the identifiers."},
    {"id.pseudonym", Verdict::kFail, "仮名・登録鍵の形式の文字列です",
     "Remove keys of persons; results never need them."},
    {"date.birth", Verdict::kFail, "生年月日の可能性がある日付です", "Give ages in classes of five years."},
    {"date.era", Verdict::kFail, "和暦の年月日です", "Give years or months."},
    {"date.event", Verdict::kReview, "和暦の年月日です(作成日等か確認)",
     "Check that it is not the date of an event of one person."},
    {"file.size", Verdict::kFail, "大きすぎます", "Statistics are small: send the tables alone."},
    {"file.type", Verdict::kFail, "拡張子と内容が一致しないか、検査できない形式です",
     "Send csv, json, txt, png, pdf, xlsx or docx under its own name."},
    {"file.trailing", Verdict::kFail, "ファイル末尾の後に余分なデータがあります", "Save the file anew."},
    {"file.leading", Verdict::kFail, "ファイル先頭の前に余分なデータがあります", "Save the file anew."},
    {"file.charset", Verdict::kReview, "文字コードとして不正なバイトがあります", "Save as UTF-8."},
    {"file.hostile", Verdict::kFail, "時間・メモリの上限内で検査できません",
     "Save the file anew, smaller and simpler."},
    {"archive", Verdict::kFail, "書庫の構造に問題があります", "Send the files themselves."},
    {"office", Verdict::kFail, "表示されない部分(非表示シート・行、コメント、変更履歴、埋め込み等)があります",
     "Inspect the document, remove hidden parts, save anew."},
    {"office.properties", Verdict::kReview, "文書のカスタムプロパティがあります", "Remove the properties."},
    {"office.thumbnail", Verdict::kReview, "縮小画像が含まれています", "Save without a preview."},
    {"office.custom_xml", Verdict::kReview, "カスタム XML が含まれています", "Remove custom data."},
    {"office.hidden_name", Verdict::kReview, "非表示の名前定義があります", "Remove hidden names."},
    {"pdf", Verdict::kFail, "PDF に添付・スクリプト・旧版・不可視文字等があります", "Print the document to a new PDF."},
    {"pdf.annotation", Verdict::kReview, "PDF に注釈があります", "Look at the notes or print to a new PDF."},
    {"pdf.layer", Verdict::kReview, "PDF に非表示にできるレイヤーがあります",
     "Look at all layers or print to a new PDF."},
    {"pdf.private", Verdict::kReview, "PDF に作成ソフトの私的データがあります", "Print the document to a new PDF."},
    {"image", Verdict::kFail, "画像に隠れた情報(文字・EXIF・下位ビット)があります",
     "Save the picture anew without metadata."},
    {"markup", Verdict::kFail, "スクリプト・外部要素・非表示部分があります", "Save as a plain picture or table."},
    {"plot.scatter", Verdict::kFail, "個々の点が描かれています(1点=1人の可能性)",
     "Use hexagonal bins of at least ten persons."},
    {"notebook", Verdict::kFail, "ノートブックに出力・添付・ウィジェット状態が残っています",
     "Strip outputs and attachments."},
    {"log.records", Verdict::kFail, "記録の行が印字されています", "Print no rows of the dataset."},
    {"capacity.base64", Verdict::kFail, "符号化された長い文字列があります", "Remove encoded content."},
    {"capacity.digits", Verdict::kReview, "桁数の多い数値が並んでいます", "Round to four significant digits."},
};
constexpr ScanRule kUnknown{"", Verdict::kReview, "確認してください", "Look at the place named."};

}  // namespace

std::string_view name(Verdict verdict) {
  constexpr std::string_view kNames[] = {"PASS", "REVIEW", "FAIL"};
  return kNames[static_cast<std::size_t>(verdict)];
}

const ScanRule& rule_of(std::string_view rule) {
  const ScanRule* best = &kUnknown;
  for (const ScanRule& row : kRules)
    if (rule.starts_with(row.prefix) && row.prefix.size() >= best->prefix.size()) best = &row;
  return *best;
}

}  // namespace sekisho::disclosure
