// Places in Japan as far as statistics need them: municipality, secondary medical area (二次医療圏) and prefecture of a
// postal code. The table holds the areas around the capital; an unknown postal code gives no area, never a guess.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sekisho::records {

struct Area {
  std::string_view municipality;  // 市区町村コード, 5 digits (JIS X 0401 and 0402)
  std::string_view municipality_name;
  std::string_view medical_area;  // 二次医療圏コード, 4 digits: prefecture and number
  std::string_view medical_area_name;
  std::string_view prefecture;  // 2 digits
  std::string_view prefecture_name;
};

// Seven digits; hyphens and other forms are the caller's business. The longest known prefix decides.
std::optional<Area> area_of_postcode(std::string_view postcode7);
// By municipality code.
std::optional<Area> area_of_municipality(std::string_view municipality);

// One row of the table: postal codes that begin with `postcode` belong to the municipality.
struct PostcodeArea {
  std::string_view postcode;  // 3 to 7 digits
  std::string_view municipality;
  std::string_view municipality_name;
  std::string_view medical_area;
};
std::span<const PostcodeArea> postcode_areas();

}  // namespace sekisho::records
