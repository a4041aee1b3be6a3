// Dates to the day as people write them: western, Japanese eras by name and letter, months in words. Private to the
// scan.
#pragma once

#include <string_view>

namespace sekisho::outgoing {

struct WrittenDate {
  int year = 0, month = 0, day = 0;
  std::size_t end = 0;
  bool era = false, letter = false;  // S55.3.1: an era by its letter
};
// A date that begins at `at` of folded text; year 0: none. 1980-03-01, 1980/3/1, 1980年3月1日, 3/1/1980,
// 昭和55年3月1日, S55.3.1, 1 March 1980, Mar 1, 1980.
WrittenDate date_at(std::string_view text, std::size_t at);

// The first or last day of a month: a limit of a period rather than an event.
bool is_period_limit(const WrittenDate& date);

}  // namespace sekisho::outgoing
