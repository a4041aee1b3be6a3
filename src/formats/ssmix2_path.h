// Names of SS-MIX2 storages: root/pid3/pid3/pid/care date/data type/file, where the file's name repeats the folders and
// adds order number, occurrence time, department and condition flag. (reference: ssmix2 sections 2 and 11)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::formats {

enum class StorageKind : std::uint8_t { kNone, kStandardized, kExtended };

// Views into the path.
struct Ssmix2Path {
  StorageKind kind = StorageKind::kNone;
  std::string_view level1, level2, patient, care_date, data_type;  // folders; empty where the path is cut short
  std::string_view name;                                           // the seven-part name without extension
  std::string_view extension;                                      // ".hl7"; standardized storages have none
  std::string_view document;                                       // extended storage: path below the content folder
  // Parts of the name.
  std::string_view name_patient, name_date, name_type, order, time, department;
  char flag = 0;              // '0', '1', '2'; 0: unreadable
  bool parts_valid = false;   // seven parts (extended: six or seven), flag, date and time readable
  bool folders_agree = true;  // parts repeat the folders, folders 1 and 2 the patient
  // The patient the file belongs to: the folder's, or the name's where the path shows no folders.
  std::string_view patient_number() const { return patient.empty() ? name_patient : patient; }
};

// Never fails: what is no SS-MIX2 path has kind kNone.
Ssmix2Path parse_ssmix2_path(std::string_view path);

// What a message itself says that the rules about names ask for.
struct FileFacts {
  bool deletion = false;  // a cancelling message
  std::string admitted;   // YYYYMMDD, of a discharge
  enum class Kind : std::uint8_t { kOther, kMessage, kVitals, kCda, kAttachment } kind = Kind::kOther;
  std::vector<std::string> references;  // files that a clinical document names, relative to it
};

// Findings about a set of names of one patient: several current versions, none, old-style history, stays that overlap.
// Names are file names (or content folders); one call per patient and root. `facts` stand beside the paths, or are
// empty where no file was read: then two deleted versions in a row may be an order and its deletion.
struct NameFinding {
  std::string rule;
  char level;
  std::string path;  // the path given that it speaks of
};
std::vector<NameFinding> check_patient_names(const std::vector<std::string>& paths,
                                             const std::vector<FileFacts>& facts = {});
// Per path: current by its flag, but another current version of the same key has a greater occurrence time.
std::vector<bool> superseded_by_name(const std::vector<std::string>& paths);

}  // namespace sekisho::formats
