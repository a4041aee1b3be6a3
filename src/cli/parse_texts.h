// What the reader of the command line says of wrong use, in Japanese under LANG=ja: unknown options, missing arguments,
// values that are not allowed. A table of its sentences with a * for each value; what none fits stays as it is.
#pragma once

#include <fmt/args.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cli.h"

namespace sekisho::cli {

struct ParseText {
  std::string_view english, in_japanese;
};

// The first that fits counts; the last takes an option's name from the sentence about it.
inline constexpr ParseText kParseTexts[] = {
    {"The following argument was not expected: *", "知らない引数・オプションです: {}"},
    {"The following arguments were not expected: *", "知らない引数・オプションです: {}"},
    {"A subcommand is required", "サブコマンドを指定してください"},
    {"Requires at least * subcommands", "サブコマンドを{}つ以上指定してください"},
    {"Exactly 1 option from [*] is required and * were given",
     "[{}] のうち1つだけ指定してください（{}個指定されています）"},
    {"Exactly 1 option from [*] is required", "[{}] のうち1つを指定してください"},
    {"At least 1 option from [*] is required", "[{}] のうち1つ以上を指定してください"},
    {"* is required", "{} の指定が必要です"},
    {"* requires *", "{} を指定するときは {} も必要です"},
    {"* excludes *", "{} と {} は同時に指定できません"},
    {"Could not convert: * = *", "{} の値を読み取れません: {}"},
    {"The value * is not an allowed value for *", "値 {} は {} に指定できません"},
    {"* was given a disallowed flag override", "{} に値は指定できません"},
    {"*: too many inputs for a flag", "{}: 値が多すぎます"},
    {"*: * required * missing", "{}: 値が足りません（{}個必要、型は {}）"},
    {"*: At least * required but received *", "{}: {}個以上必要ですが、指定は{}個です"},
    {"*: At Most * required but received *", "{}: {}個までですが、指定は{}個です"},
    {"Expected exactly * arguments to *, got *", "引数は{}個必要です（{}、指定は{}個）"},
    {"Expected at least * arguments to *, got *", "引数は{}個以上必要です（{}、指定は{}個）"},
    {"Value * not in range * to *", "値 {} は範囲外です（{}〜{}）"},
    {"* not in {*}", "{} は選べません。次から選んでください: {}"},
    {"File does not exist: *", "ファイルがありません: {}"},
    {"Directory does not exist: *", "フォルダがありません: {}"},
    {"Path does not exist: *", "ファイルまたはフォルダがありません: {}"},
    {"Failed parsing number (*)", "数値ではありません: {}"},
    {"Value * could not be converted", "値 {} を読み取れません"},
    {"*: *", "{}: {}"},
};

// The values for the stars, each as short as it can be.
inline std::optional<std::vector<std::string>> values_of(std::string_view pattern, std::string_view text) {
  std::vector<std::string> values;
  for (;;) {
    const std::size_t star = pattern.find('*');
    const std::string_view fixed = pattern.substr(0, star);
    if (star == pattern.npos) return text == fixed ? std::optional(values) : std::nullopt;
    if (!text.starts_with(fixed)) return std::nullopt;
    text.remove_prefix(fixed.size());
    pattern.remove_prefix(star + 1);
    const std::string_view next = pattern.substr(0, pattern.find('*'));
    const bool last = next.size() == pattern.size();
    const std::size_t end = last ? (text.ends_with(next) ? text.size() - next.size() : text.npos) : text.find(next);
    if (end == text.npos) return std::nullopt;
    values.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

inline std::string parse_text_in_japanese(std::string_view text) {
  for (const ParseText& known : kParseTexts) {
    auto values = values_of(known.english, text);
    if (!values) continue;
    if (&known == std::end(kParseTexts) - 1) values->back() = parse_text_in_japanese(values->back());
    fmt::dynamic_format_arg_store<fmt::format_context> store;
    for (const std::string& value : *values)
      store.push_back(value);
    return fmt::vformat(known.in_japanese, store);
  }
  return std::string(text);
}

// For CLI::App::failure_message; subcommands added later inherit it.
inline std::string failure_text(const CLI::App* app, const CLI::Error& error) {
  if (!japanese()) return CLI::FailureMessage::simple(app, error);
  return fmt::format("{}\n使い方は {} --help で確認できます。\n", parse_text_in_japanese(error.what()),
                     SEKISHO_PROGRAM);
}

}  // namespace sekisho::cli
