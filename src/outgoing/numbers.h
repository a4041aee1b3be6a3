// Numbers of persons and institutions by their check digits and forms. Private to the scan.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::outgoing {

bool is_my_number(std::string_view digits);           // 12 digits
bool is_insurer_number(std::string_view digits);      // 8 digits: law, prefecture, number, check digit
bool is_municipal_insurer(std::string_view digits);   // 6 digits: prefecture, number, check digit
bool is_institution_number(std::string_view digits);  // 10 digits: prefecture, table of points, 7 with check digit
bool is_institution_code(std::string_view digits);    // its last 7 digits
// 202405011020: a moment, not a number of somebody.
bool is_moment(std::string_view digits);

// Telephone numbers: 090-1234-5678, 03-1234-5678, 0120-123-456, (03)1234-5678, +81-90-1234-5678. `told`: a word before
// says so, and the number may stand without separators.
bool phone_at(std::string_view text, std::size_t at, bool told, std::size_t& end);
bool is_mobile(std::string_view phone);               // 070, 080, 090, +81 90
bool mail_at(std::string_view text, std::size_t at);  // `at` is the @
// name [at] example [dot] jp; `at` is the bracket.
bool written_mail_at(std::string_view text, std::size_t at);
// The text with its runs of six and more kanji digits (〇九〇, 壱弐参) in plain ones; empty: it has none.
std::string with_kanji_digits(std::string_view text);
// A place in town, quarter and number: 神宮前1-2-3, 1丁目2番3号, in digits or kanji. `at` is the first digit.
bool address_at(std::string_view text, std::size_t at, std::size_t& end);

}  // namespace sekisho::outgoing
