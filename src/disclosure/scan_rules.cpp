// What each rule of the file scan means: verdict, reason in Japanese, remedy. The longest prefix decides.
#include "disclosure/scan.h"

namespace sekisho::disclosure {
namespace {

constexpr ScanRule kRules[] = {
    {"record", Verdict::kFail, "個人単位の記録のように見えます",
     "Aggregate: one row for each cell of a table, not for each person.",
     "一人一行ではなく、集計した表にしてください。"},
    {"id.", Verdict::kFail, "個人または機関を識別する情報の形式です", "Remove the identifiers.",
     "識別情報を削除してください。"},
    {"id.pseudonym", Verdict::kFail, "仮名・登録鍵の形式の文字列です",
     "Remove keys of persons; results never need them.", "個人のキーを削除してください。"},
    {"date.birth", Verdict::kFail, "生年月日の可能性がある日付です", "Give ages in classes of five years.",
     "5歳階級の年齢にしてください。"},
    {"date.era", Verdict::kFail, "和暦の年月日です", "Give years or months.", "年または年月にしてください。"},
    {"date.event", Verdict::kReview, "和暦の年月日です(作成日等か確認)",
     "Check that it is not the date of an event of one person.", "個人の出来事の日付でないことを確認してください。"},
    {"file.size", Verdict::kFail, "大きすぎます", "Statistics are small: send the tables alone.",
     "必要な集計表だけにしてください。"},
    {"file.type", Verdict::kFail, "拡張子と内容が一致しないか、検査できない形式です",
     "Send csv, json, txt, png, pdf, xlsx or docx under its own name.",
     "csv・json・txt・png・pdf・xlsx・docx を正しい拡張子で提出してください。"},
    {"file.trailing", Verdict::kFail, "ファイル末尾の後に余分なデータがあります", "Save the file anew.",
     "保存し直してください。"},
    {"file.leading", Verdict::kFail, "ファイル先頭の前に余分なデータがあります", "Save the file anew.",
     "保存し直してください。"},
    {"file.charset", Verdict::kReview, "文字コードとして不正なバイトがあります", "Save as UTF-8.",
     "UTF-8 で保存してください。"},
    {"file.hostile", Verdict::kFail, "時間・メモリの上限内で検査できません", "Save the file anew, smaller and simpler.",
     "小さく単純にして保存し直してください。"},
    {"archive", Verdict::kFail, "書庫の構造に問題があります", "Send the files themselves.",
     "書庫にせず、ファイルのまま提出してください。"},
    {"office", Verdict::kFail, "表示されない部分(非表示シート・行、コメント、変更履歴、埋め込み等)があります",
     "Inspect the document, remove hidden parts, save anew.",
     "ドキュメント検査で非表示部分を削除し、保存し直してください。"},
    {"office.properties", Verdict::kReview, "文書のカスタムプロパティがあります", "Remove the properties.",
     "プロパティを削除してください。"},
    {"office.thumbnail", Verdict::kReview, "縮小画像が含まれています", "Save without a preview.",
     "プレビューなしで保存してください。"},
    {"office.custom_xml", Verdict::kReview, "カスタム XML が含まれています", "Remove custom data.",
     "カスタムデータを削除してください。"},
    {"office.hidden_name", Verdict::kReview, "非表示の名前定義があります", "Remove hidden names.",
     "非表示の名前を削除してください。"},
    {"pdf", Verdict::kFail, "PDF に添付・スクリプト・旧版・不可視文字等があります", "Print the document to a new PDF.",
     "新しい PDF に印刷し直してください。"},
    {"pdf.annotation", Verdict::kReview, "PDF に注釈があります", "Look at the notes or print to a new PDF.",
     "注釈を確認するか、新しい PDF に印刷し直してください。"},
    {"pdf.layer", Verdict::kReview, "PDF に非表示にできるレイヤーがあります",
     "Look at all layers or print to a new PDF.", "全レイヤーを確認するか、新しい PDF に印刷し直してください。"},
    {"pdf.private", Verdict::kReview, "PDF に作成ソフトの私的データがあります", "Print the document to a new PDF.",
     "新しい PDF に印刷し直してください。"},
    {"image", Verdict::kFail, "画像に隠れた情報(文字・EXIF・下位ビット)があります",
     "Save the picture anew without metadata.", "メタデータなしで保存し直してください。"},
    {"markup", Verdict::kFail, "スクリプト・外部要素・非表示部分があります", "Save as a plain picture or table.",
     "静的な画像または表として保存してください。"},
    {"plot.scatter", Verdict::kFail, "個々の点が描かれています(1点=1人の可能性)",
     "Use hexagonal bins of at least ten persons.", "10人以上を含む六角形ビン等にしてください。"},
    {"notebook", Verdict::kFail, "ノートブックに出力・添付・ウィジェット状態が残っています",
     "Strip outputs and attachments.", "出力と添付を消してください。"},
    {"log.records", Verdict::kFail, "記録の行が印字されています", "Print no rows of the dataset.",
     "データセットの行を出力しないでください。"},
    {"capacity.base64", Verdict::kFail, "符号化された長い文字列があります", "Remove encoded content.",
     "符号化された内容を削除してください。"},
    {"capacity.digits", Verdict::kReview, "桁数の多い数値が並んでいます", "Round to four significant digits.",
     "有効数字4桁に丸めてください。"},
};
constexpr ScanRule kUnknown{"", Verdict::kReview, "確認してください", "Look at the place named.",
                            "示された箇所を確認してください。"};

}  // namespace

const ScanRule& rule_of(std::string_view rule) {
  const ScanRule* best = &kUnknown;
  for (const ScanRule& row : kRules)
    if (rule.starts_with(row.prefix) && row.prefix.size() >= best->prefix.size()) best = &row;
  return *best;
}

VerdictItem judge(const ScanFinding& finding) {
  const ScanRule& rule = rule_of(finding.rule);
  return {finding.rule,
          rule.verdict,
          finding.where,
          finding.message,
          std::string(rule.japanese),
          std::string(rule.remedy),
          std::string(rule.remedy_ja)};
}

}  // namespace sekisho::disclosure
