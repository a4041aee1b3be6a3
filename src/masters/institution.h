// Codes of medical institutions (保険医療機関番号): prefecture 2 + institution 7, or 10 digits with the table's digit
// (1 medical, 3 dental, 4 pharmacy, 6 visiting nurse) behind the prefecture.
#pragma once

#include <string>
#include <string_view>

namespace sekisho::masters {

// The last digit is a Luhn check over prefecture + "1" + 7 digits; in prefectures 11 to 14 over the 7 digits alone.
bool has_valid_check_digit(std::string_view code9);
// Two digits of a prefecture by its name or number ("東京都", "東京", "13"); "" when there is none.
std::string prefecture_code(std::string_view name);
std::string_view prefecture_name(std::string_view code);  // 北海道 ...; "" when there is none
std::string_view bureau_of(std::string_view code);        // 関東信越厚生局 ...

}  // namespace sekisho::masters
