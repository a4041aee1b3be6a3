// What an error means and what to do, in Japanese, for those that a hospital's staff meet: printed under LANG=ja before
// the program's own sentence, which names the values. By code; a code that ends in a point stands for all that begin
// so.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sekisho::cli {

struct ErrorText {
  std::string_view code, meaning, repair;
};

inline constexpr ErrorText kErrorTexts[] = {
    {"usage.path", "ファイルまたはフォルダの指定がない、または存在しません", "パスを確認して指定し直してください"},
    {"usage.empty", "指定した場所に、読み取れる種類のレコードがありません",
     "SS-MIX2・レセプト・DPCのフォルダを指定してください"},
    {"usage.date", "日付の形式が正しくありません", "YYYY-MM-DD の形で指定してください"},
    {"usage.hospital", "病院名に使えない文字があります", "英数字・ハイフン・下線で32文字以内にしてください"},
    {"usage.optout", "設定ファイルにオプトアウト一覧の指定がありません",
     "設定の optout に一覧のファイルを指定してください"},
    {"usage.epoch", "指定した世代（エポック）が次の番号ではありません", "表示された次の番号を指定してください"},
    {"usage.table", "院内コードの対応表がありません", "sekisho codes suggest --table で作ってください"},
    {"usage.", "指定が正しくありません", "--help で使い方を確認してください"},
    {"inspect.names", "名前の記録ファイルではありません", "そのファイルを除いてください（全件を読み直します）"},
    {"inspect.stopped", "他のファイルの処理で失敗したため中断しました", "前に表示された原因を取り除いてください"},
    {"inspect.findings", "指摘のファイルを書き込めません", "書込み先の権限と空き容量を確認してください"},
    {"inspect.table", "表のファイルを書き込めません", "書込み先の権限と空き容量を確認してください"},
    {"inspect.failed", "処理中に失敗しました（メモリ不足など）", "--threads を減らして再実行してください"},
    {"receipt.not_identical", "読み書きした結果が元のファイルと一致しません",
     "ファイルを添えて開発元へ連絡してください"},
    {"quality.", "品質の測定ができませんでした", "パスと権限を確認してください"},
    {"masters.nothing", "コード表として読み取れるファイルがありません",
     "公表されたままの名前のファイルがあるフォルダを指定してください"},
    {"masters.no_file", "コード表のファイルがありません",
     "sekisho masters build で作るか、--masters で指定してください"},
    {"masters.file", "コード表のファイルではないか、壊れています", "sekisho masters build で作り直してください"},
    {"masters.", "コード表を読めません", "公表元からファイルを取り直してください"},
    {"codes.dictionary", "標準コードの一覧を読めません", "列と日付を確認してください（docs/codes.md）"},
    {"codes.input", "院内コードの一覧を読めません", "local_code と name の列を確認してください（docs/codes.md）"},
    {"codes.same_reviewer", "同じ人がすでに確認しています", "二人目の確認は別の人が行ってください"},
    {"codes.period", "対応の有効期間が正しくない、または他の対応と重なります", "--from と --to を確認してください"},
    {"codes.unknown_mapping", "その院内コードと標準コードの対応はありません",
     "sekisho codes review で一覧を確認してください"},
    {"codes.", "院内コードの対応を処理できません", "表示された場所を確認してください"},
    {"index.columns", "索引の書出しに必要な列がありません", "SSMIXIDX の全列を出力してください"},
    {"index.", "送信済みファイルの索引を読めません", "索引を除くと全件を送り直します（センターでは一版のみ残ります）"},
    {"csv.charset", "データの文字コードが UTF-8 ではありません", "「CSV UTF-8」形式で保存し直してください"},
    {"csv.separator", "列の区切りがカンマではありません", "カンマ区切りの CSV で保存してください"},
    {"usage.column", "指定した列がデータにありません", "表示された列名から選んでください"},
    {"usage.output", "出力先が入力ファイルと同じです", "別のファイルを指定してください"},
    {"csv.", "CSVの形が正しくありません", "引用符と列数を確認してください"},
    {"json.", "JSONの形が正しくありません", "ファイルを再出力してください"},
    {"config.syntax", "設定ファイルの書式が正しくありません", "表示された行を修正してください"},
    {"config.missing", "設定に必要な項目がありません", "表示された項目を追加してください"},
    {"config.type", "設定の値の型が違います", "表示された型で書いてください"},
    {"config.unknown", "設定に知らない項目があります", "綴りを確認してください"},
    {"config.value", "設定の値が正しくありません", "表示された範囲で書いてください"},
    {"optout.missing", "設定されたオプトアウト一覧がありません", "一覧を置いてください（ない間は送信しません）"},
    {"optout.header", "オプトアウト一覧に patient_number の列がありません",
     "1行目に列名 patient_number を書いてください"},
    {"optout.row", "オプトアウト一覧に使えない行があります", "表示された行を修正してください（直るまで送信しません）"},
    {"storage.open", "ストレージのフォルダを開けません", "共有の接続と権限を確認してください"},
    {"storage.", "ストレージのファイルを読めません", "媒体・共有の接続と権限を確認してください"},
    {"filter.unreadable", "患者を特定できないファイルのため送信しません",
     "元のシステムで修正するか、対象から外してください"},
    {"gateway.certificate", "署名証明書が設定の病院のものではありません", "自院の証明書を設定してください"},
    {"gateway.", "送信側の処理で失敗しました", "設定と状態フォルダを確認してください"},
    {"certificate.expired", "証明書の有効期間外です", "時計を確認し、証明書を更新してください"},
    {"certificate.revoked", "証明書が失効しています", "認証局に再発行を依頼してください"},
    {"certificate.", "証明書を使えません", "証明書のファイルと用途を確認してください"},
    {"key.mode", "秘密鍵を他の利用者が読める状態です", "権限を 0600 にしてください"},
    {"key.", "秘密鍵を使えません", "鍵のファイルを確認してください"},
    {"net.tls", "暗号通信（TLS）を確立できません", "証明書・時計・接続先を確認してください"},
    {"net.", "通信に失敗しました", "回線と接続先を確認してください。自動で再試行します"},
    {"receipt.", "センターの受領証を確認できません", "センターの管理者に連絡してください"},
    {"ledger.", "台帳に問題があります", "状態フォルダを変更せず、管理者に連絡してください"},
    {"package.", "送付パッケージに問題があります", "管理者に連絡してください"},
    {"part.", "送付パッケージの内容に問題があります", "管理者に連絡してください"},
    {"disk.full", "ディスクの空き容量がありません", "空きを作ってください。処理は自動で続きます"},
    {"file.open", "ファイルまたはフォルダを開けません", "名前と権限を確認してください"},
    {"file.is_folder", "ファイルではなくフォルダです", "ファイルを指定してください"},
    {"file.locked", "同じ状態フォルダを使う処理がすでに動いています", "その処理の終了を待ってください"},
    {"file.too_large", "ファイルが大きすぎます", "指定したファイルを確認してください"},
    {"file.", "ファイルの読み書きに失敗しました", "権限・空き容量・媒体を確認してください"},
    {"columns.", "表の処理で失敗しました", "書込み先とメモリの設定を確認してください"},
    {"process.", "別の処理を起動できません", "システムの状態を確認してください"},
};

inline const ErrorText* find_error_text(std::string_view code) {
  const ErrorText* of_group = nullptr;
  for (const ErrorText& text : kErrorTexts) {
    if (text.code == code) return &text;
    if (text.code.ends_with('.') && code.starts_with(text.code)) of_group = &text;
  }
  return of_group;
}

// The Japanese sentence, what to do, then the error as it is.
inline std::string describe_in_japanese(const Error& error) {
  const ErrorText* text = find_error_text(error.code);
  if (text == nullptr) return error.describe();
  return std::string(text->meaning).append("。").append(text->repair).append("。\n  ").append(error.describe());
}

}  // namespace sekisho::cli
