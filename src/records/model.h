// The common clinical model: every event table, its columns, their meaning. A table is a row of kTables, a column a row
// of its list; OMOP, FHIR and researchers' tables are views over these. Shape and rules: source codes, editions, unit
// strings and time precision stay as written; order, administration, result, claim and survey are different facts and
// all stay; nothing is invented; derived values have a column of their own.
#pragma once

#include <span>

#include "records/batch.h"

namespace sekisho::records {

enum class Table : std::uint8_t {
  kEncounterEvent,
  kDiagnosis,
  kDrug,
  kLab,
  kObservation,
  kExam,
  kProcedure,
  kClaim,
  kClaimLine,
  kDpcCase,
  kDpcItem,
  kAllergy,
  kCoverage,
  kDocumentRef,
  kLink,
};
inline constexpr int kTableCount = 15;

// Specification of a table; index by Table. Lives for ever.
const TableSpec& spec(Table table);
std::span<const TableSpec> all_tables();
const TableSpec* find_table(std::string_view name);

// Columns every table begins with.
namespace common {
enum Column : int {
  kReg,  // text: registration key (32 hex digits) in the clinical store; the patient number in `inspect` on a person's
         // own files
  kDoc,  // int64: key of the logical document the row comes from (DocumentKey); with reg it decides what supersedes
         // what
  kPackage,  // int64: catalogue number of the package (0 in `inspect`: then part counts files)
  kPart,     // int32
  kOrdinal,  // int32: entry in the part
  kSub,      // int32: row within its file, over all tables, from 0
  kSrc,      // text: ssmix2, rec_med, rec_dpc, rec_disp, rec_dent, ff1, ef, d, h ...
  kAct,      // text: plan, order, perform, result, claim, survey
  kState,    // text: active, superseded, cancelled, error
  kDept,     // text: department code as written (SS-MIX2 unified table or receipt table)
  kWard,     // text: ward code as written
  kT,
  kTEnd,   // timestamp: lower bounds of start and end, Japanese wall clock
  kPrec,   // text: precision of t: year, month, day, hour, minute, second, ms
  kFlags,  // int32: core/date.h time_flag bits
  kStdCode,
  kStdSys,
  kStdVer,  // text: standard code as sent, its system (kCodeSystems) and edition
  kLocCode,
  kLocSys,
  kLocVer,   // text: local code, system label as sent
  kTextRef,  // int64: number of an item in the vault (free text, names of local codes); null: none
  kEnd
};
}  // namespace common

// Closed list of code systems in std_sys: JC10, JC11, HOT7, HOT9, HOT13, YJ, PRICE12, REC (receipt master codes),
// MEDIS_DIS, MEDIS_EX, ICD10, K, STEM7, JJ1017, LENDO, JANIS, JAMI, MR9P, LOCAL, DPC14.
std::span<const std::string_view> code_systems();

namespace encounter_event {
enum Column : int { kKind = common::kEnd, kPlanned, kFromWard, kToWard, kDisposition, kRoute, kClass, kRoom, kVisit };
}
namespace diagnosis {
enum Column : int {
  kIcd = common::kEnd,
  kIcdEdition,
  kModifiers,
  kCertainty,
  kRole,
  kOutcome,
  kOnset,
  kDiagnosed,
  kEnded,
  kSensitivity,
  kProblem
};
}
namespace drug {
enum Column : int {
  kKind = common::kEnd,
  kRp,
  kComponent,
  kDose,
  kDoseUnit,
  kPerDay,
  kTotal,
  kTotalUnit,
  kDays,
  kTimes,
  kUsage,
  kUsageSys,
  kRoute,
  kRate,
  kRateUnit,
  kLot,
  kOrderNo,
  kPoints
};
}
namespace lab {
enum Column : int {
  kSpecimen = common::kEnd,
  kPanel,
  kRaw,
  kComparator,
  kNumber,
  kNumberHigh,
  kQualitative,
  kUnit,
  kUcum,
  kRefLow,
  kRefHigh,
  kRefRaw,
  kFlag,
  kStatus,
  kCollected,
  kReported,
  kParent,
  kOrderNo
};
}
namespace observation {
enum Column : int { kNumber = common::kEnd, kCode, kCodeSys, kUnit, kUcum, kRaw };
}
namespace exam {
enum Column : int { kModality = common::kEnd, kStudy, kBodyPart, kSide, kOrderNo };
}
namespace procedure {
enum Column : int { kKCode = common::kEnd, kSide, kAnaesthesia, kCount, kKind, kOrderNo };
}
namespace claim {
enum Column : int {
  kType = common::kEnd,
  kMonth,
  kInOut,
  kPayers,
  kPoints,
  kDays,
  kPayerClass,
  kInstitution,
  kVolume,
  kAdmitted,
  kPatientState,
  kSpecial,
  kSubmission,
  kReturnMonth,
  kReturnReason
};
}
namespace claim_line {
enum Column : int {
  kClaimSub = common::kEnd,
  kUnitId,
  kSection,
  kPayer,
  kAmount,
  kUnit,
  kPoints,
  kCount,
  kDayCounts,
  kBundled,
  kKind,
  kPrice,
  kValue
};
}
namespace dpc_case {
enum Column : int {
  kDpc = common::kEnd,
  kEdition,
  kAdmitted,
  kDischarged,
  kCoefficient,
  kOutcome,
  kKind,
  kWardKind,
  kPoints,
  kMdc,
  kDisease,
  kCondition,
  kAge,
  kOperation,
  kTreatment1,
  kTreatment2,
  kComorbidity,
  kSeverity
};
}
namespace dpc_item {
enum Column : int { kCode = common::kEnd, kVersion, kSequence, kP1, kP2, kP3, kP4, kP5, kP6, kP7, kP8, kP9 };
}
namespace allergy {
enum Column : int { kKind = common::kEnd, kSeverity, kReaction, kAction, kClinicalStatus, kOnset };
}
namespace coverage {
enum Column : int { kPayerClass = common::kEnd, kInsuranceClass, kFrom, kTo, kRelation, kShare };
}
namespace document_ref {
enum Column : int { kKind = common::kEnd, kFormat, kSize, kVault, kHash };
}
namespace link {
enum Column : int { kRowA = common::kEnd, kRowB, kKind, kMethod, kScore };
}

}  // namespace sekisho::records
