// Addresses, telephones and mail of institutions and authors stand in manuscripts by right: told from those of patients
// by the words around them. Private to the scan.
#pragma once

#include <string_view>

namespace sekisho::outgoing {

// The text speaks of an institution or a corresponding author.
bool names_institution(std::string_view folded);
// The text speaks of a patient, a home or a birth: nothing beside it is an institution's.
bool names_patient(std::string_view folded);
// Mail at a university, a ministry, a hospital; `at` is the @.
bool is_institution_mail(std::string_view text, std::size_t at);
// Lists of literature as programs keep them (BibTeX, RIS, EndNote): all their names are published ones.
bool is_bibliography(std::string_view text);

}  // namespace sekisho::outgoing
