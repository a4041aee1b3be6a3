// The identifiers of the national claims database (NDB) over a file of registrations or claims, as a report: those who
// know ID0, ID1, ID1N, ID2 and ID5 see what they give here, and where they fail.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/json.h"
#include "core/result.h"

namespace sekisho::linkage {

struct NdbRecord {
  std::string id;                   // of the record
  std::string id1, id1n, id2, id5;  // 32 hex digits; "" where a part is missing
  std::string month;                // YYYYMM of the claim, or its year; "" unknown
  bool died = false;                // the outcome of this claim is death
  std::string sex, birth_month;     // canonical
  std::size_t person = 0;           // ID0, from 1 in order of appearance
};

// ID0: claims in order of month; a claim belongs to the person whose ID1 or ID2 it carries, and joins two persons when
// it carries one of each. Nobody goes on after the month of death, and two who died in different months are two.
// Claims with neither identifier are persons of their own. The same whatever the order of claims in the file.
void chain_id0(std::vector<NdbRecord>& records);

struct NdbCount {
  std::string name;
  std::size_t filled = 0, distinct = 0, men = 0, women = 0;  // distinct by sex
};
struct NdbReport {
  std::size_t records = 0, missing_ids = 0, bad_dates = 0;
  std::vector<NdbCount> identifiers;  // id1, id1n, id2, id0, id5, id0n
  std::size_t id1_changes = 0;        // ID0 persons with more than one ID1
  std::size_t id2_changes = 0;        // with more than one ID2
  std::size_t deaths = 0;
  std::size_t id5_conflicts = 0;  // ID5 with more than one sex or month of birth
  std::size_t id5_differs = 0;    // equal ID1N and ID2 with more than one ID5
  Json to_json() const;
};

// Reads the inputs and writes record_id,id1,id1n,id2,id0,id5,id0n. Columns: record_id, insurer, symbol, number, name
// (or family_kanji and given_kanji; without kanji the kana), birth_date, sex, claim_month, outcome, personal_number;
// found by name, or named by `columns`. Errors: linkage.columns, usage.columns, csv.*.
Result<NdbReport> report_ndb(const std::vector<std::filesystem::path>& inputs, std::string_view columns, ByteView key,
                             const std::filesystem::path& output);

// HMAC-SHA-256(key, kind and parts, each ended by U+001F), first 128 bits in hex. A part "|" is not hashed: what stands
// before it must be there (else ""), what stands behind it may be missing.
std::string ndb_hash(ByteView key, std::string_view kind, const std::vector<std::string_view>& parts);

}  // namespace sekisho::linkage
